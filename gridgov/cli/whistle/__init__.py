"""`gridgov whistle`: blow, confirm, come, measure, let go, rate, close; look; arrange teams and kinds."""

from gridgov.cli.whistle import arranging, looking
from gridgov.cli.whistle.acts import app

__all__ = ["app"]

app.command("list")(looking.list_whistles)
app.command("show")(looking.show)
app.command("attach")(looking.attach)
app.command("teams")(arranging.teams)
app.command("add-team")(arranging.add_team)
app.command("retire-team")(arranging.retire_team)
app.command("kinds")(arranging.kinds)
app.command("kind")(arranging.kind)
