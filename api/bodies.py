"""Files that are sent as the body of a request."""

from http import HTTPStatus

from fastapi import HTTPException, Request


async def body_of(request: Request, most_bytes: int, message: str) -> bytes:
    """Return the file that is sent, read only once whoever sends it is known.

    Raises
    ------
    HTTPException
        413 with `message`, as soon as more than `most_bytes` came.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most_bytes:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        parts.append(part)
    return b"".join(parts)
