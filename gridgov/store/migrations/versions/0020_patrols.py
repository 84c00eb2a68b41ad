"""What is to be looked at on a patrol, and what was found.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
