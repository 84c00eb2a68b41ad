"""The words of notices: there in both languages, and harmless whatever is in them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.incidents.asked import FACT_OF
from gridgov.messages import (
    KINDS,
    Language,
    Measure,
    Severity,
    codes_in,
    document,
    kind_of,
    letter,
    one_line,
    shortened,
)
from gridgov.services import casework_news, whistling
from tests.support import NOON

NASTY = [
    "<script>alert(1)</script>",
    "'; DROP TABLE notice; --",
    "a\r\nBcc: everybody@example.org\r\n\r\nhello",
    "{number}{0}{__class__}",
    "=HYPERLINK('http://example.org')",
    "\u2028\u0000\u202e",
    "x" * 5_000,
]
ALLOWED = {"html", "head", "meta", "title", "body", "section", "h2", "p", "br", "footer"}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert all(name in {"lang", "charset"} for name, _ in attrs)


@pytest.mark.parametrize("code", sorted(KINDS))
@pytest.mark.parametrize("language", list(Language))
def test_every_kind_has_words_in_both_languages(code, language):
    found = letter(code, {}, at=NOON, language=language)
    assert found.title
    assert "{" not in found.text
    assert len(found.parameters) == len(KINDS[code].fields)


def test_every_act_that_somebody_is_told_of_has_words():
    told = {f"case.{FACT_OF[act]}" for act, whom in casework_news.TOLD.items() if whom}
    assert told <= set(KINDS)
    assert {"case.overdue", "case.dispatched_against_list"} <= set(KINDS)


def test_every_event_of_a_whistle_that_somebody_is_told_of_has_words():
    source = "".join(path.read_text() for path in Path(str(whistling.__file__)).parent.glob("*.py"))
    events = set(re.findall(r'(?:to_sides|to_organisations|_notice)\(\s*whistle,\s*(?:[\w.\[\]]+,\s*)?"(\w+)"', source))
    assert events
    assert {f"whistle.{event}" for event in events} <= set(KINDS)


def test_a_kind_without_words_of_its_own_is_told_all_the_same():
    assert kind_of("moon.risen").severity is Severity.NORMAL
    assert letter("moon.risen", {}, at=NOON, language="en").title == "A notice of gridgov"


def test_times_are_shown_in_shanghai_and_codes_by_their_names():
    data = {"number": "370102-1", "matter": "20908", "due_at": "2026-06-15T04:30:00+00:00"}
    names = {"matter:20908": "施工噪声"}
    assert codes_in(data) == {"matter:20908"}
    found = letter("case.dispatched", data, at=NOON, language="zh", names=names)
    assert found.lines == ("案卷: 370102-1", "事项: 施工噪声", "时限: 2026-06-15 12:30", "2026-06-15 12:00")
    assert found.parameters == ("370102-1", "2026-06-15 12:30")


def test_an_address_is_shown_as_the_book_has_it_and_never_by_its_key_or_as_somebody_wrote_it():
    book = {"address:370102:A1": "舜福大道301号"}
    assert codes_in({"place": "370102:A1"}) == {"address:370102:A1"}
    shown = letter("whistle.late", {"place": "370102:A1"}, at=NOON, language="zh", names=book)
    assert shown.lines[0] == "附近: 舜福大道301号"
    for unknown in ("370102:A2", "张三家对面"):
        assert letter("whistle.late", {"place": unknown}, at=NOON, language="zh", names=book).lines == shown.lines[1:]


def test_who_is_late_is_named_whether_an_organisation_or_a_street():
    names = {"organisation:370102-D-ZF": "执法大队", "area:370102001": "解放路街道"}
    for code, name in (("370102-D-ZF", "执法大队"), ("370102001", "解放路街道")):
        assert name in letter("whistle.escalated", {"target": code}, at=NOON, language="zh", names=names).title


def test_what_is_not_named_is_never_shown():
    told = {"reporter": "Zhang San", "phone": "13800000000", "text": "my neighbour", "reason": "he said", "number": "1"}
    assert letter("case.returned", told, at=NOON, language="en").text == (
        "Case 1 was returned: dispatch it again\nCase: 1\n2026-06-15 12:00"
    )


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize(
    "field", ["number", "matter", "due_kind", "due_at", "step", "kind", "target", "organisation", "place", "position"]
)
def test_whatever_stands_in_a_field_does_no_harm(nasty, field):
    names = {f"{form}:X": nasty for form in ("matter", "organisation", "area", "address")}
    for data in ({field: nasty}, {field: "X"}, {field: {"a": nasty}}, {field: [nasty]}):
        for kind in ("case.overdue", "whistle.escalated", nasty):
            found = letter(kind, data, at=NOON, language="zh", names=names)
            assert len(found.title) <= 200
            assert all(line.isprintable() or nasty in names.values() for line in found.lines)
            assert not re.search(r"[\r\n\x00\u2028]", "".join([found.title, *found.lines]))
            tags = Tags()
            tags.feed(document(found.title, [found], "zh"))
            assert tags.found <= ALLOWED


@given(
    st.dictionaries(st.text(max_size=10), st.text(max_size=30) | st.integers() | st.none() | st.booleans(), max_size=6)
)
def test_any_data_makes_a_letter(data):
    found = letter("case.overdue", data, at=NOON, language="en")
    assert "\n" not in found.title


@given(st.text(max_size=300))
def test_one_line_is_one_line(text):
    assert len(one_line(text, longest=50)) <= 50
    assert one_line(text).splitlines() in ([], [one_line(text)])


@given(st.text(max_size=300), st.integers(4, 400), st.sampled_from(Measure))
def test_a_text_is_shortened_to_what_a_channel_can_carry(text, longest, measure):
    short = shortened(text, longest, measure)
    assert (len(short) if measure is Measure.CHARACTERS else len(short.encode("utf-8", "surrogatepass"))) <= longest
    assert short == text or short.endswith("…")
