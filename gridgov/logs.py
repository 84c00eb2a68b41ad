"""Log lines: text for people or JSON for machines, all of one form, wherever in the program they come from.

    log = structlog.get_logger()
    with context(request=..., incident=...):
        log.info("located", cell=...)

Lines of libraries that use the standard library's logging take the same way out.
"""

import logging
import os
import sys
from contextlib import AbstractContextManager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from gridgov.errors import SetupError

_HANDLER = "gridgov"
_PRIVATE = frozenset({"password", "phone", "reporter_name", "reporter_phone"})
"""What a log never shows: who reported is looked up in the database, where every look is written down."""


def configure(level: str = "INFO", *, json: bool = False) -> None:
    """Send every log line of this process to standard error; calling it again changes how.

    Parameters
    ----------
    level
        The least severe level that is written: ``DEBUG``, ``INFO``, ``WARNING``, ``ERROR`` or ``CRITICAL``.
    json
        Whether each line is a JSON object (times in UTC, ISO 8601) instead of coloured text.

    Raises
    ------
    SetupError
        If there is no such level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        message = f"There is no log level {level!r}: set GRIDGOV_LOG_LEVEL to DEBUG, INFO, WARNING, ERROR or CRITICAL."
        raise SetupError(message)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_private,
    ]
    _replace_handler(_formatter(shared, json=json), number)
    # It tells of each of its own parts when it is imported.
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def context(**values: Any) -> AbstractContextManager[None]:
    """Add `values` to every log line that is written within a ``with`` block: the request, the command, the incident.

    They follow the task and the thread (``contextvars``), so that requests served at once do not mix.
    """
    return structlog.contextvars.bound_contextvars(**values)


def _formatter(shared: list[Processor], *, json: bool) -> logging.Formatter:
    last: list[Processor]
    if json:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        colours = sys.stderr.isatty() and "NO_COLOR" not in os.environ
        # The default prints local variables with a traceback, and with them what people reported.
        last = [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _replace_handler(formatter: logging.Formatter, level: int) -> None:
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if handler.get_name() == _HANDLER]:
        root.removeHandler(handler)
    handler = logging.StreamHandler()
    handler.set_name(_HANDLER)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(level)


def _without_private(_logger: Any, _method: str, event: EventDict) -> EventDict:
    for name in _PRIVATE & event.keys():
        event[name] = "***"
    return event
