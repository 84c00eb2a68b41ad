"""Counts of incidents for maps that show a whole city.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
