"""Which encoding Chinese text has: UTF-8, with or without a mark, GB18030 (GBK, cp936), UTF-16 with a mark."""

import codecs
import struct
from pathlib import Path
from typing import Final

from gridgov.errors import FileFormatError
from gridgov.formats.kinds import refused

_SAMPLE_BYTES: Final = 4 * 1024**2
_DBF_HEADER: Final = 32


def text_encoding(path: Path) -> str:
    """Return the encoding of a text file: ``utf-8-sig``, ``gb18030`` or ``utf-16``.

    UTF-8 is told by its strict form, which Chinese text in GB18030 does not have; judged on the first 4 MB.

    Raises
    ------
    FileFormatError
        If it is none of them.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _decodes(head, "utf-8"):
        return "utf-8-sig"
    if _decodes(head, "gb18030"):
        return "gb18030"
    raise refused(path, "is neither UTF-8 nor GB18030 text: save it as UTF-8, or name its encoding")


def known_encoding(name: str) -> str:
    """Return the codec that `name` stands for; GBK and cp936 are read by GB18030, which contains them.

    Raises
    ------
    FileFormatError
        If Python knows no such encoding.
    """
    plain = name.strip().lower().replace("_", "-")
    if plain in {"gbk", "gb2312", "cp936", "936", "gb18030", "ansi"}:
        return "gb18030"
    if plain in {"utf-8", "utf8", "65001"}:
        return "utf-8-sig"
    try:
        return codecs.lookup(plain).name
    except LookupError as error:
        message = f"The encoding {name[:40]!r} is not known: say utf-8 or gb18030."
        raise FileFormatError(message, field="encoding") from error


def dbf_encoding(path: Path) -> str:
    """Return the encoding of a Shapefile's table, judged by its bytes: ``utf-8`` or ``gb18030``.

    What a .cpg file or the header claims is often wrong or missing, and a wrong guess turns names into letter soup.
    A fixed width may cut a character in two, so the encoding with fewer undecodable places wins.

    Raises
    ------
    FileFormatError
        If the table is missing or shorter than its header says.
    """
    table = next((path.with_suffix(suffix) for suffix in (".dbf", ".DBF") if path.with_suffix(suffix).exists()), None)
    if table is None:
        raise refused(path, "has no .dbf beside it: copy all files of the Shapefile (.shp, .shx, .dbf, .prj)")
    with table.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if len(head) < _DBF_HEADER:
        raise refused(table, "is cut off: copy or export it again")
    records, header_bytes, record_bytes = struct.unpack("<IHH", head[4:12])
    if table.stat().st_size < header_bytes + records * record_bytes:
        raise refused(table, "is shorter than its header says: it was cut off, copy or export it again")
    names, body = _names(head, header_bytes), head[header_bytes:]
    errors = {codec: _name_errors(names, codec) + _errors(body, codec) for codec in ("utf-8", "gb18030")}
    return min(errors, key=lambda codec: errors[codec])


def _names(head: bytes, header_bytes: int) -> list[bytes]:
    fields = range(_DBF_HEADER, header_bytes - 1, 32)
    return [head[start : start + 11].split(b"\x00")[0] for start in fields]


def _name_errors(names: list[bytes], codec: str) -> int:
    # A header is cut to ten bytes, often inside its last character: what is incomplete there is no error.
    return sum(codecs.getincrementaldecoder(codec)("replace").decode(name).count("\ufffd") for name in names)


def _errors(data: bytes, codec: str) -> int:
    return data.decode(codec, errors="replace").count("\ufffd")


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        # The sample may end inside a character; a whole file may not.
        decoder.decode(data, final=len(data) < _SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True
