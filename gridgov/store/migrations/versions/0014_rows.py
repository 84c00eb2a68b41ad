"""Row-level security, under a login role that owns nothing.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
