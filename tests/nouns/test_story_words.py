"""The words of a story: every fact and every stage has them in both tongues, and the pages say the same."""

import re
from pathlib import Path

import pytest

from gridgov.incidents import FactKind, Placement, Stage
from gridgov.incidents.report import Finding
from gridgov.store import reference
from gridgov.story import codes_in, told, words
from gridgov.whistles import Due
from gridgov.whistles import Stage as WhistleStage
from gridgov.whistles.lifecycle import SummonsStage
from gridgov.whistles.presence import Flag, Reason, Verdict
from layers import catalogue

PAGES = Path(__file__).parents[2] / "api" / "web" / "src"
NAMES = {"370102-D-CG": "城管局", "370102001": "解放路街道", "370102002": "千佛山街道", "20601": "违法建设"}


@pytest.mark.parametrize(
    ("table", "kinds"),
    [
        (words.KINDS, FactKind),
        (words.STAGES, Stage),
        (words.WHISTLE_STAGES, {*WhistleStage, *SummonsStage}),
        (words.PLACEMENTS, Placement),
        (words.FINDINGS, Finding),
        (words.ARRIVALS, {*Verdict, *Reason, *Flag}),
        (words.STEPS, Due),
    ],
    ids=["facts", "stages", "whistle-stages", "placements", "findings", "arrivals", "steps"],
)
def test_all_that_there_is_has_words_in_both_tongues(table, kinds):
    assert {kind.value for kind in kinds} <= set(table)
    assert all(zh and en for zh, en in table.values())


def pairs(file: str, name: str) -> dict[str, tuple[str, str]]:
    """Return a table of words as a page has it."""
    text = (PAGES / file).read_text(encoding="utf-8")
    found = re.search(rf"export const {name}\b[^{{]*{{(.*?)^}};", text, re.DOTALL | re.MULTILINE)
    assert found, name
    return {key: (zh, en) for key, zh, en in re.findall(r'(\w+): term\("([^"]+)", "([^"]+)"\)', found[1])}


@pytest.mark.parametrize(
    ("file", "name", "table"),
    [
        ("shared/terms.ts", "STAGES", words.STAGES),
        ("shared/terms.ts", "STEPS", words.STEPS),
        ("shared/terms.ts", "PLACEMENTS", words.PLACEMENTS),
        ("shared/terms.ts", "WHISTLE_STAGES", words.WHISTLE_STAGES),
        ("command/saying.ts", "ARRIVALS", words.ARRIVALS),
        ("command/saying.ts", "FINDINGS", words.FINDINGS),
    ],
)
def test_the_pages_say_what_the_story_says(file, name, table):
    said = pairs(file, name)
    assert said
    assert said == {key: table[key] for key in said}


def test_channels_and_legends_are_called_alike():
    channels = {row["code"]: (row["name_zh"], row["name_en"]) for row in reference._CHANNELS}
    assert pairs("shared/terms.ts", "CHANNELS") == channels
    legend = {stage: (said.zh, said.en) for stage, (said, _) in catalogue._STAGES.items()}
    assert legend == words.STAGES


def lines(kind: str, payload: dict[str, object]) -> dict[str, str]:
    """Return what a fact says, in Chinese."""
    return {line.label[0]: line.text[0] for line in told(kind, payload, NAMES).lines}


def test_organisations_and_matters_are_called_by_their_names_and_what_is_for_machines_is_hidden():
    payload = {"organisation": "370102-D-CG", "matter": "20601", "digest": "ff", "due_step": 1, "evidence": ["e1"]}
    assert lines("dispatched", payload) == {"单位": "城管局", "事项": "违法建设"}
    assert set(codes_in(payload)) >= {"370102-D-CG", "20601"}


def test_shares_of_a_combined_whistle_are_said_as_people_do():
    payload = {"sides": [["370102001", 2 / 3, True], ["370102002", 1 / 3, False]]}
    assert lines("whistle_drafted", payload) == {"各方份额": "解放路街道 66.7%、千佛山街道 33.3%"}


def test_a_time_is_said_as_shanghai_reads_it_whatever_its_offset():
    assert lines("whistle_blown", {"due_at": "2026-03-05T06:30:00.123456+00:00"}) == {"限到场": "2026-03-05 14:30:00"}


def test_what_somebody_wrote_is_shown_as_they_wrote_it():
    payload = {"text": "emergency", "reason": "370102001", "address": "2026-03-05T06:30:00+00:00"}
    assert set(lines("noted", payload).values()) == set(payload.values())


def test_what_nobody_expected_is_shown_as_it_is():
    found = told("something_new", {"sides": "odd", "deep": {"a": [1, None, True]}, "n": 0.123456, "far": 12345.6}, {})
    assert found.title == ("something_new", "something_new")
    assert [line.text[1] for line in found.lines] == ["odd", "a 1, –, yes", "0.1235", "12350"]


def test_what_went_wrong_is_worth_another_look():
    assert told("leave_refused", {}, {}).grave
    assert not told("left", {}, {}).grave
