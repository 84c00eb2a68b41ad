"""Server-sent events on the wire, and a server that ends them when it stops.

The wire format is the HTML standard's, 9.2.5: `id:` is the cursor, which a browser sends back as `Last-Event-ID`.
"""

import asyncio
import json
import random
import socket
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import uvicorn
from fastapi import Response
from fastapi.sse import format_sse_event
from starlette.types import Receive, Scope, Send

from gridgov.clock import SHANGHAI
from gridgov.services.relaying import Relay
from gridgov.services.streams import Message, Stream, Word
from gridgov.store.changes import Change

PING_S = 15.0
"""Seconds of silence after which a sign of life is sent, so that no proxy takes the stream for dead."""

STALLED_S = 30.0
"""Seconds that a reader may leave bytes unread; then the connection is given up."""

LONGEST_S = 3_600.0
"""Seconds after which a stream ends at the latest; its reader comes back. Whatever keeps a dead one open ends, too."""

_RETRY_MS = 2_000


class EventStream(Response):
    """Sends a stream's messages until its reader leaves, or it ends.

    Parameters
    ----------
    relay
        What passes the messages on.
    stream
        The reader's messages.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        relay: Relay,
        stream: Stream,
        *,
        ping_s: float = PING_S,
        stalled_s: float = STALLED_S,
        longest_s: float = LONGEST_S,
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._relay = relay
        self._stream = stream
        self._ping_s = ping_s
        self._stalled_s = stalled_s
        # Streams that began together, as after a restart, do not end and come back together.
        self._longest_s = longest_s * random.uniform(0.75, 1.0)  # noqa: S311 - no secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send until the end."""
        gone = asyncio.create_task(self._until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with asyncio.timeout(None) as patience:
                await self._send_all(send, patience)
        except TimeoutError:
            pass  # a reader that takes nothing: ending here closes its connection
        finally:
            gone.cancel()
            self._relay.leave(self._stream)

    async def _send_all(self, send: Send, patience: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() + self._longest_s
        more = True
        while more:
            taken = await self._stream.take(min(self._ping_s, max(last - loop.time(), 0.0)))
            more = taken is not None and loop.time() < last
            body = b"" if taken is None else b"".join(map(written, taken)) or self._ping()
            patience.reschedule(loop.time() + self._stalled_s)
            await send({"type": "http.response.body", "body": body, "more_body": more})
            patience.reschedule(None)

    def _ping(self) -> bytes:
        # All that was passed on has been sent, so the reader may come back from here: an id alone wakes nobody up.
        position = self._relay.position
        return format_sse_event(comment="ping", id=str(position) if position else None)

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._relay.leave(self._stream)


@lru_cache(maxsize=256)
def written(message: Message) -> bytes:
    """Return a message as it goes over the wire; the same object is written out once for all its readers."""
    return format_sse_event(
        event=message.word.value,
        data_str=json.dumps(_data(message), separators=(",", ":")),
        id=str(message.cursor) if message.cursor else None,
        retry=_RETRY_MS if message.word is Word.HELLO else None,
    )


def _data(message: Message) -> dict[str, Any]:
    if message.word is Word.CHANGES:
        return {"changes": [_change(change) for change in message.changes]}
    return {"reason": message.reason.value} if message.reason else {}


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind,
        "subject_id": str(change.subject_id),
        "incident_id": str(change.incident_id) if change.incident_id else None,
        "district_code": change.district_code,
        "at": change.at.astimezone(SHANGHAI).isoformat(),
    }


class LiveServer(uvicorn.Server):
    """A server that ends its live streams before it waits for the requests under way: they would never end.

    Parameters
    ----------
    config
        As uvicorn takes it.
    end_streams
        Ends the streams; called in the server's event loop.
    ready
        Is called once whoever connects is answered.
    """

    def __init__(
        self, config: uvicorn.Config, end_streams: Callable[[], None], *, ready: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(config)
        self._end_streams = end_streams
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; who is not answered by the end of the time for that is cut off, so that no connection is left open."""
        self._end_streams()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
