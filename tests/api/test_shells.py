"""The pages' shells: what they tell a browser to trust, and how far the phone's worker reaches."""

import pytest

from api.limits import STRICT


@pytest.mark.parametrize("page", ["/field", "/field/tasks", "/command", "/desk", "/desk/people", "/login", "/nowhere"])
def test_a_page_trusts_nothing_but_this_server(stranger, page):
    said = stranger.get(page).headers
    assert said["Content-Security-Policy"] == STRICT
    assert said["X-Content-Type-Options"] == "nosniff"
    assert said["Referrer-Policy"] == "same-origin"
    assert said["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in STRICT.split(";"))
    assert "script-src" not in policy  # so scripts are as the default is: from here, none inline
    assert policy["default-src"] == "'self'"
    assert (policy["frame-ancestors"], policy["base-uri"], policy["object-src"]) == ("'self'", "'none'", "'none'")
    assert policy["form-action"] == "'self'"


@pytest.mark.parametrize("page", ["/field", "/command", "/desk"])
def test_a_shell_is_asked_for_anew_and_holds_no_script_of_its_own(stranger, page):
    answer = stranger.get(page)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "set-cookie" not in answer.headers
    scripts = [part.partition(">")[0] for part in answer.text.split("<script")[1:]]
    assert scripts
    assert all(" src=" in script for script in scripts)
    assert " on" not in "".join(part.partition(">")[0] for part in answer.text.split("<body")[1:])


def test_the_worker_looks_after_the_phones_page_alone(stranger):
    worker = stranger.get("/field/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/field"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["content-type"].startswith("text/javascript")
    manifest = stranger.get("/field/manifest.webmanifest").json()
    assert (manifest["scope"], manifest["start_url"]) == ("/field", "/field")
