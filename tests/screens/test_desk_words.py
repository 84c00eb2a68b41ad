"""Whatever the services behind the desk refuse is said in Chinese too, and no permission goes without a name."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridgov.access.roles import PERMISSIONS
from gridgov.messages.words import KINDS

_ROOT = Path(__file__).parents[2]
_WEB = _ROOT / "api/web/src"
_SENTENCES: dict[str, str] = json.loads((_WEB / "shared/sentences.json").read_text(encoding="utf-8"))

ROOMS = [
    "gridgov/services/registers",
    "gridgov/services/accounts/administering.py",
    "gridgov/services/accounts/keys.py",
    "gridgov/services/accounts/leaving.py",
    "gridgov/services/accounts/wanted.py",
    "gridgov/services/messaging/endpoints.py",
    "gridgov/services/messaging/inbox.py",
    "gridgov/services/rule_wishes.py",
    "gridgov/services/rules.py",
    "gridgov/services/whistling/arranging.py",
    "gridgov/access/delegation.py",
    "gridgov/access/logins.py",
    "gridgov/access/subject.py",
    "gridgov/editing.py",
    "gridgov/formats/sheet*.py",
    "gridgov/matters/contradictions.py",
    "gridgov/whistles/kinds.py",
    "gridgov/worktime/hours.py",
    "gridgov/worktime/limits.py",
    "gridgov/worktime/published.py",
]
"""Where the desk's refusals come from."""


def said(node: ast.expr) -> str | None:
    """Return a text with ``{}`` where something is put in; None for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        return re.sub(r"(\{\})+", "{}", "".join(map(str, parts)))
    return None


def refusals(path: Path) -> Iterator[str]:
    """Yield the sentences that a file refuses with: what it calls `message`, and what it makes an error of."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found = None
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["message"]:
            found = said(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("Error") and node.args:
            found = said(node.args[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SheetFault":
            found = said(node.args[2])
        if found is not None and re.search(r"[A-Za-z]{3}", found.replace("{}", "")):
            yield found


def files(room: str) -> list[Path]:
    place = _ROOT / room
    return sorted(place.rglob("*.py")) if place.is_dir() else sorted(_ROOT.glob(room))


@pytest.mark.parametrize("room", ROOMS)
def test_every_refusal_has_its_chinese(room: str):
    assert files(room)
    found = {sentence for path in files(room) for sentence in refusals(path)}
    assert sorted(found - _SENTENCES.keys()) == []


def test_the_book_holds_no_sentence_that_nobody_says():
    told = {
        text
        for package in ("gridgov", "api")
        for path in (_ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.expr) and (text := said(node)) is not None
    }
    # The validator's own words, and what follows a number that is counted.
    foreign = re.compile(r"^(String|Input|List|Tuple|Field) |^\{\} (open |people |accounts )")
    assert [one for one in _SENTENCES if one not in told and not foreign.search(one)] == []


def test_what_is_put_in_stands_in_the_chinese_no_more_often_than_it_is_given():
    for sentence, zh in _SENTENCES.items():
        places = {int(place) for place in re.findall(r"\{(\d)\}", zh)}
        assert all(1 <= place <= sentence.count("{}") for place in places), sentence


def test_every_permission_and_every_kind_of_message_has_a_name_at_the_desk():
    words = (_WEB / "desk/words.ts").read_text(encoding="utf-8")
    assert [one for one in sorted(PERMISSIONS) if f'"{one}": w(' not in words] == []
    kinds = (_WEB / "desk/webhooks/kinds.ts").read_text(encoding="utf-8")
    assert [one for one in KINDS if f'k("{one}"' not in kinds and one != "other"] == []
