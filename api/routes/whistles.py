"""Whistles: blow, confirm, check in, file measures, release, rate, close; their kinds, and teams."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from api.auth import TheCaller
from api.deps import service
from api.etags import Expected, IfUnchanged, etag
from api.past import AsOf, WhistleRowThenOut, WhistleThenOut, moment_asked
from api.problems import Problem
from api.schemas import Page
from api.summons import WhistleActsOut, WhistleOut, WhistleRowOut
from api.whistles import (
    ActIn,
    ActOut,
    BlowIn,
    CallersIn,
    CloseIn,
    ExcuseIn,
    KindIn,
    KindOut,
    LeadIn,
    MeasureIn,
    OrganisationIn,
    RatingIn,
    ReasonIn,
    ReleaseIn,
    SideIn,
    SightingIn,
    TeamIn,
    TeamOut,
)
from gridgov.services.whistling import Answer, Arranging, Asked, BlowOrder, WhistleFilter, Whistling

router = APIRouter(prefix="/api/v1", tags=["whistles"])

TheWhistling = Annotated[Whistling, Depends(service(Whistling))]
TheArranging = Annotated[Arranging, Depends(service(Arranging))]


_ACT: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": said}
    for status, said in {
        409: "It was done already, or the id stands for another act",
        422: "Something in it is wrong, or the rules forbid it now; nothing is lost, an attempt is written down",
    }.items()
}


def _answer(answer: dict[str, Any], response: Response) -> ActOut:
    response.headers["ETag"] = etag(answer["revision"])
    if answer.get("replayed"):
        response.headers["Idempotency-Replayed"] = "true"
    return ActOut.model_validate(answer)


class _Hand:
    """What every act upon a whistle is given; does one and answers with the whistle's ETag."""

    def __init__(
        self, whistle_id: UUID, whistling: TheWhistling, caller: TheCaller, revision: Expected, response: Response
    ) -> None:
        self.whistling = whistling
        self._whistle_id, self._caller, self._revision, self._response = whistle_id, caller, revision, response

    def does(self, act: Callable[..., Answer], body: ActIn, *arguments: Any) -> ActOut:
        """Do `act` as `body` asks for it."""
        return _answer(act(self._caller, self._whistle_id, Asked(body.id, self._revision), *arguments), self._response)


Hand = Annotated[_Hand, Depends()]
_acts = APIRouter(prefix="/whistles/{whistle_id}", responses=_ACT)


class WhistlesAsked(BaseModel):
    """Which whistles to list; all that is given must hold, and a filter that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    as_of: AsOf = None
    open: Annotated[bool, Field(description="Only what is neither closed nor withdrawn")] = False
    street_code: Annotated[str | None, Field(pattern="^[0-9]{9}$", description="A street that is a side")] = None
    organisation: Annotated[
        str | None, Field(pattern=r"^[0-9A-Za-z_\-]{1,40}$", description="The code of whom it summons")
    ] = None
    cursor: Annotated[UUID | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("/whistles", response_model_exclude_unset=True)
def list_whistles(
    whistling: TheWhistling, caller: TheCaller, asked: Annotated[WhistlesAsked, Query()]
) -> Page[WhistleRowOut] | Page[WhistleRowThenOut]:
    """List the whistles that one may see, with their sides and summons, newest first.

    `as_of` a moment, those that had been drafted are listed as they stood then, and every filter asks about then; what
    of a summons was overwritten since is left out, as where one whistle is asked for.
    """
    which = WhistleFilter(asked.open, asked.street_code, asked.organisation)
    moment = moment_asked(asked.as_of)
    rows = whistling.whistles(caller, limit=asked.limit, before=asked.cursor, which=which, as_of=moment)
    if moment is not None:
        return Page[WhistleRowThenOut].told(rows, limit=asked.limit)
    return Page[WhistleRowOut].told(rows, limit=asked.limit)


@router.get("/whistles/{whistle_id}", response_model_exclude_unset=True)
def read_whistle(
    whistle_id: UUID, whistling: TheWhistling, caller: TheCaller, response: Response, as_of: AsOf = None
) -> WhistleOut | WhistleThenOut:
    """Return a whistle with its sides, summons, check-ins, measures, releases, ratings and attempts.

    `as_of` a moment, it is told from the facts of its incident how it stood then, to whoever may see it now; 404
    before it was drafted, and a moment to come is answered by what is known now. Left out is what was overwritten: of
    a summons `leads` and `origin` where the summons were chosen again later, and `due_at` where that, or the blowing,
    came later. Organisations are called as they are today. A state of the past has no `ETag`.
    """
    moment = moment_asked(as_of)
    if moment is not None:
        return WhistleThenOut.model_validate(whistling.whistle(caller, whistle_id, as_of=moment))
    found = WhistleOut.model_validate(whistling.whistle(caller, whistle_id))
    response.headers["ETag"] = etag(found.revision)
    return found


@router.get("/whistles/{whistle_id}/acts")
def list_possible_whistle_acts(
    whistle_id: UUID, whistling: TheWhistling, caller: TheCaller, response: Response
) -> WhistleActsOut:
    """Say what you may do with a whistle now, for each side and each organisation, and why not the rest."""
    revision, acts = whistling.prospects(caller, whistle_id)
    response.headers["ETag"] = etag(revision)
    return WhistleActsOut.model_validate(
        {"whistle_id": whistle_id, "revision": revision, "acts": acts}, from_attributes=True
    )


@router.post(
    "/incidents/{incident_id}/whistles",
    status_code=status.HTTP_201_CREATED,
    responses=_ACT,
)
def blow_whistle(
    incident_id: UUID, body: BlowIn, whistling: TheWhistling, caller: TheCaller, response: Response
) -> ActOut:
    """Blow a whistle: summons go out at once in one street; across streets it is drafted for the others to confirm."""
    order = BlowOrder(incident_id, body.kind, body.callers())
    return _answer(whistling.blow(caller, Asked(body.id), order), response)


@_acts.post("/confirm")
def confirm_whistle(body: SideIn, hand: Hand) -> ActOut:
    """Confirm a side; with the last one the summons go out. The area above may, once the side's deadline is over."""
    return hand.does(hand.whistling.confirm, body, body.street_code)


@_acts.post("/lead")
def choose_lead(body: LeadIn, hand: Hand) -> ActOut:
    """Say which side should lead; it does once all sides say the same."""
    return hand.does(hand.whistling.choose_lead, body, body.choice, body.street_code)


@_acts.post("/summons")
def choose_summons(body: CallersIn, hand: Hand) -> ActOut:
    """Say for the leading side who is to come, instead of whom the draft names."""
    return hand.does(hand.whistling.choose_summons, body, body.callers())


@_acts.post("/withdraw")
def withdraw_whistle(body: ReasonIn, hand: Hand) -> ActOut:
    """Take a whistle back while nobody has come; one that several streets blew is withdrawn once each has said so."""
    return hand.does(hand.whistling.withdraw, body, body.reason, body.street_code)


@_acts.post("/acknowledge")
def acknowledge_summons(body: OrganisationIn, hand: Hand) -> ActOut:
    """Say for a summoned organisation that the summons was read."""
    return hand.does(hand.whistling.acknowledge, body, body.organisation_code)


@_acts.post("/check-in")
def check_in(body: SightingIn, hand: Hand) -> ActOut:
    """Arrive on site. What is refused is written down with its distance; what waits wants somebody to vouch."""
    return hand.does(hand.whistling.check_in, body, body.sighting())


@_acts.post("/vouch")
def vouch(body: SightingIn, hand: Hand) -> ActOut:
    """Vouch for the check-in of an organisation that waits, being on site oneself."""
    return hand.does(hand.whistling.vouch, body, body.sighting())


@_acts.post("/measures")
def file_measure(body: MeasureIn, hand: Hand) -> ActOut:
    """File what an organisation did on site."""
    return hand.does(hand.whistling.file_measure, body, body.measure())


@_acts.post("/leave")
def leave_site(body: OrganisationIn, hand: Hand) -> ActOut:
    """Leave the site; before the release this is impossible, and the attempt is written down."""
    return hand.does(hand.whistling.leave, body, body.organisation_code)


@_acts.post("/release")
def release_organisation(body: ReleaseIn, hand: Hand) -> ActOut:
    """Release an organisation for one side; it is free once every side has.

    One that filed no measure is released once that is overdue, with a reason. The area above all sides releases in a
    silent side's stead, as it closes.
    """
    return hand.does(hand.whistling.release, body, body.which(), body.reason)


@_acts.post("/excuse")
def excuse_organisation(body: ExcuseIn, hand: Hand) -> ActOut:
    """Let an organisation off that never came."""
    return hand.does(hand.whistling.excuse, body, body.which(), body.reason)


@_acts.post("/rate")
def rate_organisation(body: RatingIn, hand: Hand) -> ActOut:
    """Rate an organisation for one side, 1 to 5 and in words; a later rating stands beside the earlier ones."""
    return hand.does(hand.whistling.rate, body, body.rating())


@_acts.post("/close")
def close_side(body: CloseIn, hand: Hand) -> ActOut:
    """Close a side, which has let everybody go; the whistle closes with the last of them.

    The area above all sides closes in a silent side's stead, with a reason, once it was told that closing is overdue.
    """
    return hand.does(hand.whistling.close, body, body.street_code, body.reason)


@router.get("/whistle-kinds")
def list_whistle_kinds(arranging: TheArranging, caller: TheCaller) -> Page[KindOut]:
    """List the kinds of whistle with every limit, the retired ones as well."""
    return Page(items=[KindOut.of(kind) for kind in arranging.kinds(caller)])


@router.put("/whistle-kinds/{code}")
def put_whistle_kind(
    code: Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,39}$")],
    body: KindIn,
    arranging: TheArranging,
    caller: TheCaller,
    unchanged: IfUnchanged,
) -> KindOut:
    """Add a kind of whistle, or change it; whistles that were blown keep the numbers they were blown by."""
    return KindOut.of(arranging.put_kind(caller, body.kind(code), seen=unchanged.seen(body, KindOut.of)))


@router.get("/teams")
def list_teams(arranging: TheArranging, caller: TheCaller) -> Page[TeamOut]:
    """List the command groups and team templates that can be summoned."""
    return Page(items=[TeamOut.of(team) for team in arranging.teams(caller)])


@router.post(
    "/teams",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": TeamOut, "description": "It was made before"},
        409: {"model": Problem, "description": "Another team there is called so, or the id stands for another"},
    },
)
def add_team(body: TeamIn, arranging: TheArranging, caller: TheCaller, response: Response) -> TeamOut:
    """Make a command group or a team template for whistles in one's own area."""
    team, replayed = arranging.add_team(caller, body.order())
    if replayed:
        response.status_code = status.HTTP_200_OK
    return TeamOut.of(team)


@router.delete("/teams/{team_id}")
def retire_team(team_id: UUID, arranging: TheArranging, caller: TheCaller, unchanged: IfUnchanged) -> TeamOut:
    """Let a team be summoned no more."""
    seen = unchanged.seen({"id": str(team_id), "retired": True}, TeamOut.of)
    return TeamOut.of(arranging.retire_team(caller, team_id, seen=seen))


router.include_router(_acts)
