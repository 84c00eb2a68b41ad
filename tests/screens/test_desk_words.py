"""Whatever the server refuses is said in Chinese too, on every page, and no permission goes without a name."""

import ast
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from gridgov.access.roles import PERMISSIONS
from gridgov.drafts import Act as DraftAct
from gridgov.drafts import State as DraftState
from gridgov.incidents.lifecycle import Act
from gridgov.incidents.report import Channel
from gridgov.incidents.standing import Stage
from gridgov.messages.words import KINDS
from gridgov.organisations import OrganisationKind
from gridgov.patrols import Answer
from gridgov.proactive import State as ProposalState
from gridgov.whistles.deadlines import Due
from gridgov.whistles.kinds import Answerer, IssuerLevel
from gridgov.whistles.lifecycle import Stage as WhistleStage
from gridgov.whistles.lifecycle import SummonsAct, SummonsStage, WhistleAct
from gridgov.whistles.presence import WORDS

_ROOT = Path(__file__).parents[2]
_WEB = _ROOT / "api/web/src"
_BOOKS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (_WEB / "shared/sentences").glob("*.json")
}
_CODES: dict[str, dict[str, str]] = _BOOKS.pop("codes")
_SENTENCES: dict[str, str] = {sentence: zh for book in _BOOKS.values() for sentence, zh in book.items()}

ELSEWHERE = {
    "gridgov/__init__.py": "whoever writes Python",
    "gridgov/cli": "whoever types commands",
    "gridgov/coordinates/datum.py": "programs: the pages name their datum themselves",
    "gridgov/coordinates/detect.py": "whoever asks for the datum of a file, by a command",
    "gridgov/coordinates/evidence.py": "as above",
    "gridgov/coordinates/planes.py": "programs that send metres",
    "gridgov/coordinates/shapes.py": "whoever writes Python",
    "gridgov/formats/__init__.py": "whoever writes Python",
    "gridgov/formats/encodings.py": "whoever loads a grid or a map, by a command",
    "gridgov/formats/reading.py": "as above",
    "gridgov/formats/tables.py": "as above",
    "gridgov/formats/vectors.py": "as above",
    "gridgov/formats/writing.py": "as above",
    "gridgov/gazetteer/index.py": "whoever loads an address book, by a command",
    "gridgov/gazetteer/gazetteer.py": "whoever asks the address book itself: the pages find places by the search",
    "gridgov/gazetteer/decide.py": "as above",
    "gridgov/grid": "whoever loads or repairs a grid, by a command",
    "gridgov/locate": "as above",
    "gridgov/logs.py": "whoever starts the server",
    "gridgov/planning": "whoever writes Python",
    "gridgov/seals.py": "whoever verifies the audit, by a command",
    "gridgov/services/accounts/provider.py": "whoever sets the single sign-on up",
    "gridgov/services/accounts/saved.py": "whoever logs in by a command",
    "gridgov/services/accounts/signing_on.py": "the login page, which has its own words",
    "gridgov/services/auditing.py": "whoever verifies the audit, by a command",
    "gridgov/services/connecting": "whoever writes Python",
    "gridgov/services/findings.py": "whoever verifies the audit, by a command",
    "gridgov/services/loading.py": "whoever loads a grid, by a command",
    "gridgov/services/messaging/courier.py": "the list of deliveries, which a program reads",
    "gridgov/services/messaging/email.py": "as above",
    "gridgov/services/messaging/webhook.py": "as above",
    "gridgov/services/registering.py": "whoever loads registers, by a command",
    "gridgov/services/rule_files.py": "whoever loads rules, by a command",
    "gridgov/services/sample_accounts.py": "whoever asks for the sample district, by a command",
    "gridgov/store/cluster": "whoever starts the server",
    "gridgov/store/messages/deliveries.py": "the list of deliveries, which a program reads",
    "gridgov/store/schema.py": "as above",
    "layers/showing.py": "whoever writes Python",
    "api/authority.py": "whoever starts the server",
    "api/basemap.py": "the map, which shows no words where a picture is missing",
    "api/cli.py": "whoever starts the server",
    "api/listening.py": "as above",
    "api/routes/authority.py": "whoever opens an address by hand",
    "api/routes/screens.py": "as above",
}
"""What is refused where no page asks, and who reads it there."""

INSIDE = {
    "A sweep decides by the case and by the rules of time alone.",
    "GRIDGOV_EVIDENCE_URL must be file:///folder or s3://bucket, not {}://.",
    "Not the same columns of incident_state: {}",
    "a part of it ended by itself",
    "the deadline is over",
    "this is no answer",
}
"""What only whoever runs or writes gridgov reads, in files that refuse other things, too."""

LEARNT = {"whistle_kind"}
"""Codes that a district makes by itself: pages that are refused something for them learn what they are called there."""

_PASSED = {"Unknown": 0, "_refuse": 0, "_refused": 0, "PositionFault": 1, "SheetFault": 2}
"""What takes a refusal's words, and at which place among its arguments, beside the errors themselves."""

_SENTENCE = re.compile(r"[A-Z{][^\n]* [^\n]*\.", re.DOTALL)


def said(node: ast.expr) -> str | None:
    """Return a text with ``{}`` where something is put in; None for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        return re.sub(r"(\{\})+", "{}", "".join(map(str, parts)))
    return None


def messages(body: list[ast.stmt]) -> Iterator[str]:
    """Yield what a run of statements calls a message; what is added to one belongs to it."""
    found = ""
    for line in body:
        added = isinstance(line, ast.AugAssign) and isinstance(line.op, ast.Add)
        targets = [line.target] if isinstance(line, ast.AugAssign) else getattr(line, "targets", [])
        text = (
            said(line.value) if targets and {getattr(t, "id", "") for t in targets} <= {"message", "detail"} else None
        )
        if text is None:
            continue
        if found and not added:
            yield found
        found = found + text if added else text
    if found:
        yield found


def passed(call: ast.Call) -> str | None:
    """Return the words that an error, or what makes one, is called with."""
    name = getattr(call.func, "id", "")
    place = 0 if name.endswith("Error") else _PASSED.get(name)
    return said(call.args[place]) if place is not None and len(call.args) > place else None


def refusals(path: Path) -> Iterator[str]:
    """Yield the sentences that a file refuses with.

    They are what it calls a message, what it makes an error of, what a function returns, and what a constant says.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[str | None] = []
    for node in ast.walk(tree):
        for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
            found += messages(body) if isinstance(body, list) else ()
        if isinstance(node, ast.Call):
            found.append(passed(node))
        elif isinstance(node, ast.Return) and node.value:
            found += filter(_is_sentence, map(said, _texts(node.value)))
    for line in tree.body:
        if isinstance(line, ast.Assign):
            found += filter(_is_sentence, [said(line.value)])
    for text in found:
        if text is not None and re.search(r"[A-Za-z]{3}", text.replace("{}", "")):
            yield text


def _is_sentence(text: str | None) -> bool:
    return text is not None and _SENTENCE.fullmatch(text) is not None


def _texts(value: ast.expr) -> Iterator[ast.expr]:
    """Yield the texts in what is returned, but not those that are parts of others or are handed on to a call."""
    if isinstance(value, ast.IfExp):
        yield from chain(_texts(value.body), _texts(value.orelse))
    elif isinstance(value, ast.Constant | ast.JoinedStr):
        yield value


@cache
def told_to_pages() -> dict[str, str]:
    """Return each sentence with which something is refused that a page may ask for, and a file that does so."""
    files = sorted(path for package in ("gridgov", "api") for path in (_ROOT / package).rglob("*.py"))
    names = [path.relative_to(_ROOT).as_posix() for path in files]
    asked = [name for name in names if not any(name == room or name.startswith(f"{room}/") for room in ELSEWHERE)]
    return {sentence: name for name in asked for sentence in refusals(_ROOT / name)}


def test_every_refusal_has_its_chinese():
    found = told_to_pages()
    assert len(found) > 300
    assert {text: name for text, name in found.items() if text not in _SENTENCES and text not in INSIDE} == {}


def test_the_parts_of_refusals_have_their_chinese_too():
    assert [words for words in WORDS.values() if words not in _SENTENCES] == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("case_stage", Stage),
        ("case_act", Act),
        ("whistle_stage", WhistleStage),
        ("whistle_stage", SummonsStage),
        ("whistle_act", WhistleAct),
        ("whistle_act", SummonsAct),
        ("due", Due),
        ("level", IssuerLevel),
        ("level", Answerer),
        ("organisation", OrganisationKind),
        ("channel", Channel),
        ("answer", Answer),
        ("draft_state", DraftState),
        ("draft_act", DraftAct),
        ("proposal_state", ProposalState),
    ],
)
def test_every_code_that_is_put_in_has_its_chinese(name: str, codes: type[StrEnum]):
    assert [code.value for code in codes if code not in _CODES[name]] == []


def test_nothing_that_is_refused_elsewhere_or_inside_is_gone():
    assert [room for room in ELSEWHERE if not (_ROOT / room).exists()] == []
    assert sorted(INSIDE - told_to_pages().keys()) == []


def test_no_sentence_stands_in_two_chapters_of_the_book():
    assert sum(map(len, _BOOKS.values())) == len(_SENTENCES)


def test_the_book_holds_no_sentence_that_nobody_says():
    told = {
        text.strip()
        for package in ("gridgov", "api")
        for path in (_ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.expr) and (text := said(node)) is not None
    }
    told |= told_to_pages().keys()
    # The validator's own words, and what follows a number that is counted.
    foreign = re.compile(r"^(String|Input|List|Tuple|Field|Value error,) |^\{\} (open |people |accounts )")
    assert [one for one in _SENTENCES if one not in told and not foreign.search(one)] == []


def test_what_is_put_in_stands_in_the_chinese_no_more_often_than_it_is_given():
    for sentence, zh in _SENTENCES.items():
        places = re.findall(r"\{(\d)(?::(\w+))?\}", zh)
        assert all(1 <= int(place) <= sentence.count("{}") for place, _ in places), sentence
        assert {name for _, name in places if name} <= _CODES.keys() | LEARNT, sentence
        assert re.sub(r"\{\d(:\w+)?\}", "", zh).count("{") == 0, sentence


@pytest.mark.parametrize("name", sorted(LEARNT))
def test_the_wall_and_the_phone_learn_the_words_of_codes_that_a_district_makes(name: str):
    for page in ("command", "field"):
        code = "".join(path.read_text(encoding="utf-8") for path in sorted((_WEB / page).rglob("*.ts*")))
        assert f'learnCodes("{name}"' in code, page


def test_every_permission_and_every_kind_of_message_has_a_name_at_the_desk():
    words = (_WEB / "desk/words.ts").read_text(encoding="utf-8")
    assert [one for one in sorted(PERMISSIONS) if f'"{one}": w(' not in words] == []
    kinds = (_WEB / "desk/webhooks/kinds.ts").read_text(encoding="utf-8")
    assert [one for one in KINDS if f'k("{one}"' not in kinds and one != "other"] == []
