"""Inboxes, deliveries and endpoints.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
