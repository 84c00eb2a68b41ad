"""Nobody who acts says of a party whether its case is open, and a look never lies before what was appended first.

Migrations go forward only: going back is restoring the dump that was made before.
"""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
