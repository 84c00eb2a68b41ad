"""Attachments and their uploads.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
