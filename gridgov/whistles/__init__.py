"""Whistles: a street summons departments; what straddles a border is whistled for by several streets together.

`kinds` are data, `lifecycle` holds the two tables, `live` a whistle as it stands, `acts` what is done to it, `presence`
judges arrivals, `deadlines` says what is due, `authority` who acts as what, `drafting` what a footprint drafts.
"""

from gridgov.whistles import acts
from gridgov.whistles.deadlines import LADDERS, Due, DueStep, Ladders, Rung, due_steps, escalated, next_due
from gridgov.whistles.drafting import (
    CombinedDraft,
    Counterpart,
    Side,
    StreetShare,
    Summons,
    draft_combined,
    issuing_streets,
)
from gridgov.whistles.kinds import (
    Answerer,
    IssuerLevel,
    Vouching,
    WhistleKind,
    answerer,
    issuer_level,
    require_sound,
)
from gridgov.whistles.lifecycle import (
    OVER,
    SUMMONS_STEPS,
    WHISTLE_STEPS,
    Party,
    Stage,
    SummonsAct,
    SummonsStage,
    SummonsStep,
    WhistleAct,
    WhistleStep,
    summons_step,
    whistle_step,
)
from gridgov.whistles.live import LiveSide, LiveSummons, Whistle, common_parent
from gridgov.whistles.presence import (
    WORDS,
    Arrival,
    Flag,
    Judgement,
    Reason,
    Spot,
    Verdict,
    distance_m,
    judge_arrival,
    judge_spot,
)
from gridgov.whistles.starting import STARTING_KINDS

__all__ = [
    "LADDERS",
    "OVER",
    "STARTING_KINDS",
    "SUMMONS_STEPS",
    "WHISTLE_STEPS",
    "WORDS",
    "Answerer",
    "Arrival",
    "CombinedDraft",
    "Counterpart",
    "Due",
    "DueStep",
    "Flag",
    "IssuerLevel",
    "Judgement",
    "Ladders",
    "LiveSide",
    "LiveSummons",
    "Party",
    "Reason",
    "Rung",
    "Side",
    "Spot",
    "Stage",
    "StreetShare",
    "Summons",
    "SummonsAct",
    "SummonsStage",
    "SummonsStep",
    "Verdict",
    "Vouching",
    "Whistle",
    "WhistleAct",
    "WhistleKind",
    "WhistleStep",
    "acts",
    "answerer",
    "common_parent",
    "distance_m",
    "draft_combined",
    "due_steps",
    "escalated",
    "issuer_level",
    "issuing_streets",
    "judge_arrival",
    "judge_spot",
    "next_due",
    "require_sound",
    "summons_step",
    "whistle_step",
]
