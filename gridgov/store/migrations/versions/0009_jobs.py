"""The queue of jobs and what the sweep needs.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
