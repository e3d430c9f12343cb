"""Connections of waitress that have to ask in time. Waitress itself lets one that sends a byte now and then stay for
ever, takes no others while it has as many as it may, and reads requests that two readers could cut apart differently.
"""

import time
from collections.abc import Iterable, Mapping, Sequence

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer

MOST = 900  # of the 1,024 files that a process may have open on most machines; the database needs some
HEADERS_WITHIN_S = 10.0  # from the first byte, or from when the connection was made
REQUEST_WITHIN_S = 120.0  # with its body
BODY_SILENT_S = 20.0
IDLE_S = 60.0  # between two requests; boards ask every two seconds
ANSWER_SILENT_S = 60.0  # while an answer waits to be taken
_SPARE = MOST // 20  # let go of at once when there are too many


class Request(HTTPRequestParser):  # type: ignore[misc]
    """One request, refused with 400 where its length is said twice."""

    def parse_header(self, header_plus: bytes) -> None:
        """Raises ParsingError."""
        super().parse_header(header_plus)
        is_said = "CONTENT_LENGTH" in self.headers
        # HTTP/1.0 knows no chunks; waitress leaves the header there, and the body for the next request.
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and is_said):
            raise ParsingError("The length of the request is not certain")


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when it is waited for. Times are of the monotonic clock."""

    parser_class = Request

    def __init__(self, *args: object, **keywords: object) -> None:
        self.waited_since = self.heard_at = time.monotonic()
        self.has_asked = False  # for anything, to the end
        super().__init__(*args, **keywords)

    def received(self, data: bytes) -> bool:
        """Takes bytes in; a request begins with its first byte, and the next with the first after it."""
        self.heard_at = time.monotonic()
        before = self.request
        if before is None:
            self.waited_since = self.heard_at
        is_taken = bool(super().received(data))
        if self.request is None or (before is not None and self.request is not before):
            self.waited_since, self.has_asked = self.heard_at, True
        return is_taken

    @property
    def is_waited_for(self) -> bool:
        """Nothing is being answered: it is its turn to ask."""
        return not (self.requests or self.total_outbufs_len)

    def is_overdue(self, now: float) -> bool:
        """Whether it took too long to ask, or to take an answer."""
        if self.total_outbufs_len:
            return bool(time.time() - self.last_activity > ANSWER_SILENT_S)
        if self.requests:
            return False
        waited = now - self.waited_since
        if self.request is not None and self.request.headers_finished:
            return waited > REQUEST_WITHIN_S or now - self.heard_at > BODY_SILENT_S
        if self.request is None and self.has_asked:
            return waited > IDLE_S
        return waited > HEADERS_WITHIN_S


class Limits:
    """Ends connections that are overdue once a second, and the oldest that are waited for when there are too many."""

    def __init__(self, servers: Sequence[BaseWSGIServer], sockets: Mapping[int, object]) -> None:
        self._servers, self._sockets = servers, sockets
        self._look_at = 0.0
        for server in servers:
            server.channel_class = Connection

    def keep(self) -> None:
        """Makes room, and takes all who wait: waitress takes one a round, and each round looks at every connection."""
        self._let_go()
        for server in self._servers:
            before = -1
            while before < len(self._sockets) < MOST:
                before = len(self._sockets)
                server.handle_accept()

    def _let_go(self) -> None:
        sockets, now = self._sockets, time.monotonic()
        is_full = len(sockets) >= MOST
        if not is_full and now < self._look_at:
            return
        self._look_at = now + 1.0
        found = [each for each in list(sockets.values()) if isinstance(each, Connection)]
        _end(each for each in found if each.is_overdue(now))
        if is_full:
            waited_for = [each for each in found if each.connected and each.is_waited_for]
            # Those that never asked first: browsers open another where a connection ends between two requests.
            _end(sorted(waited_for, key=lambda each: (each.has_asked, each.waited_since))[:_SPARE])


def _end(found: Iterable[Connection]) -> None:
    for connection in list(found):
        connection.handle_close()
