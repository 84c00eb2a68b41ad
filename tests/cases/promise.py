"""What is promised of a case's life, written by hand and not from the table."""

from gridgov.incidents import Stage
from gridgov.incidents.lifecycle import Act

# At which stage which act leads where.
PROMISED = """
reported  : file>filed reject>rejected merge>merged reclassify relocate note
filed     : dispatch>dispatched reject>rejected merge>merged reclassify relocate suspend>suspended urge supervise note
dispatched: accept>handling return>filed dispatch>dispatched relocate urge supervise note
handling  : feed_back>fed_back return>filed suspend>suspended ask_extension grant_extension refuse_extension relocate
            urge supervise note
fed_back  : verify>verified send_back>handling urge supervise note
verified  : close>closed urge supervise note
closed    : reopen>handling note
rejected  : reopen>filed note
suspended : resume>handling note
merged    : unmerge>filed note
"""
# Who may do what, to the case of a department, apart from what their stage allows.
MAY = {
    "centre": "file reject dispatch verify send_back close reopen suspend resume grant_extension refuse_extension urge "
    "supervise merge unmerge reclassify relocate note",
    "street": "file reject dispatch verify send_back close suspend resume urge merge unmerge reclassify relocate note",
    "community": "verify send_back suspend resume note",
    "worker": "verify send_back note",
    "lane_chief": "verify send_back note",
    "handler": "accept return feed_back suspend resume ask_extension note",
    "colleague": "accept return feed_back suspend resume ask_extension note",
    "department_over_the_place": "",
    "other_department": "",
    "former_department": "note",
    "other_street": "",
    "other_district": "",
    "planner": "",
    "administrator": "",
    "auditor": "",
    "reporter": "note",
    "nobody": "",
    "narrow_token": "note",
}
MAY["other_centre"] = MAY["other_district"]
MAY["both"] = " ".join(
    {*MAY["centre"].split(), *MAY["handler"].split()} - {"verify", "send_back", "grant_extension", "refuse_extension"}
)
ONLY_OFFICES = {(Stage.FILED, Act.SUSPEND)}
"""Nobody handles a case that is filed: whoever had it before may not touch it."""
HANDLERS = {"handler", "colleague"}


def promised() -> dict[tuple[Stage, Act], Stage]:
    found, stage = {}, None
    for word in PROMISED.replace(":", " ").split():
        if word in set(Stage):
            stage = Stage(word)
            continue
        act, _, to = word.partition(">")
        found[stage, Act(act)] = Stage(to) if to else stage
    return found


def may(who: str, stage: Stage, act: Act) -> bool:
    """Return whether it is promised that somebody may do an act at a stage."""
    if who in HANDLERS and (stage, act) in ONLY_OFFICES:
        return False
    return (stage, act) in promised() and act.value in MAY[who].split()
