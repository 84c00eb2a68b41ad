"""`gridgov case`: find a case, look at it and act upon it, as whoever is logged in."""

from gridgov.cli.case import looking
from gridgov.cli.case.acts import app

__all__ = ["app"]

app.command("list")(looking.list_cases)
app.command("show")(looking.show)
app.command("facts")(looking.facts)
app.command("attach")(looking.attach)
app.command("reporter")(looking.reporter)
