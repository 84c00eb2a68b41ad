"""The story: a case's whole life on one page, and in JSON, without whoever reported it."""

import json

import pytest

from gridgov.access import Caller
from gridgov.errors import NotAllowedError, NotAuthenticatedError, NotFoundError
from gridgov.ids import new_id
from gridgov.services.exporting import Exporting
from gridgov.story import page
from tests.support import somebody


@pytest.fixture
def exporting(sealed) -> Exporting:
    return Exporting(sealed.serving, lambda: sealed.objects, clock=sealed.clock)


@pytest.fixture
def centre(sealed) -> Caller:
    return somebody(sealed.store, "command_centre")


def number_of(sealed, incident_id) -> str:
    with sealed.tampered() as tampering:
        return tampering.ask("SELECT number FROM incident WHERE id = :id", id=incident_id)


def test_nobody_gets_a_story_without_being_known(exporting, sealed):
    with pytest.raises(NotAuthenticatedError):
        exporting.story(Caller(bytes(32)), sealed.life)


def test_who_sees_a_case_may_not_take_it_out_without_the_permission(exporting, sealed):
    with pytest.raises(NotAllowedError, match=r"case\.export"):
        exporting.story(sealed.people["worker"], sealed.life)


def test_a_case_of_another_district_is_not_there(exporting, sealed):
    with pytest.raises(NotFoundError):
        exporting.story(somebody(sealed.store, "command_centre", "370103"), sealed.life)
    with pytest.raises(NotFoundError):
        exporting.story(somebody(sealed.store, "command_centre"), new_id())


def test_the_story_tells_everything_and_checks_it(exporting, sealed, centre):
    story = exporting.story(centre, sealed.life)
    kinds = [fact["kind"] for fact in story["facts"]]
    assert kinds[:3] == ["reported", "located", "classified"]
    assert {"filed", "dispatched", "first_dispatched", "fed_back", "closed", "evidence_added"} <= set(kinds)
    assert story["verification"]["whole"]
    assert story["verification"]["unsealed"] == 0
    assert all(fact["seal"] for fact in story["facts"])
    assert story["hops"]
    assert story["incident"]["stage"] == "closed"
    assert json.loads(json.dumps(story)) == story


def test_a_story_by_its_number_is_the_same(exporting, sealed, centre):
    one, other = exporting.story(centre, sealed.life), exporting.story_of(number_of(sealed, sealed.life))
    assert {**one, "exported_by": ""} == {**other, "exported_by": ""}
    with pytest.raises(NotFoundError):
        exporting.story_of("370102-000000-00000000")


def test_whoever_reported_is_in_no_story(exporting, sealed, centre):
    with sealed.tampered() as tampering:
        whose = tampering.ask("SELECT incident_id FROM reporter LIMIT 1")
    story = exporting.story(centre, whose)
    told = json.dumps(story, ensure_ascii=False) + exporting.html(story)
    assert story["reporter"] == {"known": True, "masked": True}
    assert "某甲" not in told


def test_the_page_stands_alone(exporting, sealed, centre):
    html = exporting.html(exporting.story(centre, sealed.life))
    assert html.startswith("<!doctype html>")
    assert "data:image/jpeg;base64," in html
    for outside in ("http://", "https://", "<script", 'src="/', "href="):
        assert outside not in html
    assert "记录完整" in html
    assert "Whole: nothing was found altered" in html


def test_every_text_is_escaped(exporting, sealed, centre):
    story = exporting.story(centre, sealed.life)
    nasty = "</blockquote><script>alert(1)</script><img src=x onerror=alert(1)>"
    story["incident"]["text"] = nasty
    story["facts"][1]["payload"] = {"text": nasty, nasty: [nasty, {"a": nasty}]}
    story["facts"][1]["author"] = story["exported_by"] = story["evidence"][0]["name"] = nasty
    story["names"][story["hops"][0]["organisation_code"]] = nasty
    html = page(story, {})
    assert "<script" not in html
    assert "<img src=x" not in html


def test_a_story_of_a_chain_that_was_changed_says_so(sealed, exporting, centre):
    story = exporting.story(centre, sealed.life)
    story["verification"] |= {"whole": False, "findings": [{"what": "fact_altered", "seq": 4, "detail": "x"}]}
    html = exporting.html(story)
    assert "记录与链不符" in html
    assert 'class="broken"' in html


@pytest.mark.browser
def test_the_page_is_read_printed_and_turned_into_english_without_asking_anything(
    sealed, exporting, centre, browser, tmp_path
):
    file = tmp_path / "story.html"
    file.write_text(exporting.html(exporting.story(centre, sealed.life)), encoding="utf-8")
    asked: list[str] = []
    view = browser.new_page(viewport={"width": 1100, "height": 900})
    view.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text))
    view.goto(file.as_uri())
    assert view.get_by_text("全部事实").is_visible()
    view.get_by_text("English").click()
    assert view.get_by_text("Every fact", exact=True).is_visible()
    assert not view.get_by_text("全部事实").is_visible()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert view.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []
    assert len(view.pdf(format="A4")) > 10_000
    view.close()
