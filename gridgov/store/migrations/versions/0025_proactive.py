"""What is suspected before anybody complains, and what became of it; a channel of its own for the cases opened so.

Migrations go forward only: going back is restoring the dump that was made before.
"""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
