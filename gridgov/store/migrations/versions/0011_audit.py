"""The seals over the chains of a district.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
