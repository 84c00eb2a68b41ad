import json
import logging

import pytest
import structlog

from gridgov import logs
from gridgov.errors import SetupError

pytestmark = pytest.mark.usefixtures("as_before")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_json_line_carries_its_context_its_level_and_the_time_in_utc(capsys: pytest.CaptureFixture[str]):
    logs.configure("INFO", json=True)
    with logs.context(request="r1", district="370102"):
        structlog.get_logger("gridgov.intake").info("located", cell="370102001001001", street="趵突泉")
    structlog.get_logger("gridgov.intake").info("after")
    inside, after = _lines(capsys)
    assert str(inside.pop("timestamp")).endswith("Z")
    assert inside == {
        "event": "located",
        "level": "info",
        "logger": "gridgov.intake",
        "request": "r1",
        "district": "370102",
        "cell": "370102001001001",
        "street": "趵突泉",
    }
    assert "request" not in after


def test_lines_of_other_libraries_take_the_same_form(capsys: pytest.CaptureFixture[str]):
    logs.configure("INFO", json=True)
    with logs.context(request="r1"):
        logging.getLogger("uvicorn.access").warning("%s %d", "GET /", 200)
    (line,) = _lines(capsys)
    assert (line["event"], line["level"], line["logger"], line["request"]) == (
        "GET / 200",
        "warning",
        "uvicorn.access",
        "r1",
    )


def test_an_exception_is_one_json_line(capsys: pytest.CaptureFixture[str]):
    logs.configure("INFO", json=True)
    try:
        raise ValueError("窗口")  # noqa: EM101, TRY301 - an exception of some library
    except ValueError:
        structlog.get_logger("x").exception("failed")
    (line,) = _lines(capsys)
    assert line["level"] == "error"
    assert "ValueError: 窗口" in str(line["exception"])


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]):
    logs.configure("warning", json=True)
    structlog.get_logger("x").info("unheard")
    logging.getLogger("x").info("unheard")
    assert _lines(capsys) == []


def test_who_reported_is_never_in_a_log(capsys: pytest.CaptureFixture[str]):
    logs.configure("INFO", json=True)
    structlog.get_logger("x").info("reported", reporter_phone="13800000000", reporter_name="somebody", matter="lamp")
    (line,) = _lines(capsys)
    assert (line["reporter_phone"], line["reporter_name"], line["matter"]) == ("***", "***", "lamp")


def test_configuring_again_does_not_write_lines_twice(capsys: pytest.CaptureFixture[str]):
    logs.configure("INFO", json=False)
    logs.configure("INFO", json=True)
    structlog.get_logger("x").info("once")
    assert len(_lines(capsys)) == 1


def test_for_people_lines_are_text(capsys: pytest.CaptureFixture[str]):
    logs.configure("INFO")
    structlog.get_logger("x").info("located", cell="370102001001001")
    line = capsys.readouterr().err
    assert "located" in line
    assert "cell=370102001001001" in line
    assert "\x1b" not in line


def test_an_unknown_level_is_refused_by_name():
    with pytest.raises(SetupError, match=r"no log level 'LOUD'.*GRIDGOV_LOG_LEVEL"):
        logs.configure("LOUD")
