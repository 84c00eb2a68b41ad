"""The life of whistles: check-ins, measures, ratings, teams, attempts.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
