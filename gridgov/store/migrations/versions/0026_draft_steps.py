"""A publication that was called off, and drafts whose state follows from steps that were allowed.

Migrations go forward only: going back is restoring the dump that was made before.
"""

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
