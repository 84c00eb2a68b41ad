"""Working time: the calendar, office hours, limits and steps of escalation.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
