"""Registers and rules as files: taken away as CSV or XLSX, tried, and brought back all or nothing."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.auth import TheCaller, TheSubject
from api.bodies import body_of
from api.deps import service
from api.etags import IfUnchanged
from api.problems import Problem
from api.schemas import Page
from api.tables import BroughtOut, ExportQuery, ImportQuery, TableOut
from gridgov.editing import Seen, Shown
from gridgov.formats.sheets import MOST_BYTES
from gridgov.services.registers.tables import Digest, Tables

router = APIRouter(prefix="/api/v1", tags=["registers"])

TheTables = Annotated[Tables, Depends(service(Tables))]
Name = Annotated[str, Path(pattern="^[a-z_]{1,40}$", examples=["people"])]

_CSV, _XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Somebody is logged in and may not do this"}
}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is no such table"}}
_TAKEN: dict[int | str, dict[str, Any]] = {409: {"model": Problem, "description": "The id stands for another file"}}
_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {_CSV: _FILE, _XLSX: _FILE}}}


def _answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    file = {"description": "The table", "content": {media_type: _FILE}}
    return {200: file, **_REFUSED, **_MISSING}


@router.get("/tables", responses=_REFUSED)
def list_tables(tables: TheTables, caller: TheCaller) -> Page[TableOut]:
    """List the tables that you may take away and bring back, with their columns."""
    return Page(items=[TableOut.of(table, columns) for table, columns in tables.tables(caller)])


@router.get("/tables/{name}.csv", response_class=Response, responses=_answers(_CSV))
def export_table_csv(
    name: Name, tables: TheTables, caller: TheCaller, asked: Annotated[ExportQuery, Query()]
) -> Response:
    """Return a table of your area as CSV in UTF-8; codes are text, and nothing in it runs as a formula."""
    content = tables.csv(caller, name, language=asked.language)
    return _file(content, f"{_CSV}; charset=utf-8", f"{name}.csv")


@router.get("/tables/{name}.xlsx", response_class=Response, responses=_answers(_XLSX))
def export_table_xlsx(
    name: Name, tables: TheTables, caller: TheCaller, asked: Annotated[ExportQuery, Query()]
) -> Response:
    """Return a table of your area as a workbook of one sheet, every cell text; it is the template for bringing one."""
    return _file(tables.xlsx(caller, name, language=asked.language), _XLSX, f"{name}.xlsx")


@router.post("/tables/{name}", responses={**_MISSING, **_TAKEN}, openapi_extra=_BODY)
async def import_table(  # noqa: PLR0913 - what, under which id, decided on what
    name: Name,
    request: Request,
    tables: TheTables,
    caller: TheCaller,
    _known: TheSubject,
    asked: Annotated[ImportQuery, Query()],
    unchanged: IfUnchanged,
    *,
    idempotency_key: Annotated[UUID | None, Header(description="The same as `id`")] = None,
) -> BroughtOut:
    """Bring a table back from a CSV or an XLSX: with `dry_run` only tried, else all of it or nothing.

    `If-Match` is the `digest` of the trial. What is wrong is said row by row, in `faults` of a trial and in `details`
    of a refusal. A file has at most 16 MB and 50,000 rows.
    """
    seen = None
    if unchanged.tag is not None:
        seen = Seen(unchanged.tag, {"table": name}, _shown)
    brought = await run_in_threadpool(
        tables.bring,
        caller,
        name,
        await _content(request),
        import_id=asked.id or idempotency_key,
        dry_run=asked.dry_run,
        seen=seen,
        source=asked.source,
    )
    return BroughtOut.of(brought)


async def _content(request: Request) -> bytes:
    message = f"The file is larger than {MOST_BYTES // 1024**2} MB, more than any register: split it by street."
    return await body_of(request, MOST_BYTES, message)


def _shown(stored: Digest) -> Shown:
    return Shown(stored.digest, {"table": stored.table, "digest": stored.digest})


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
