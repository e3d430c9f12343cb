"""A relay in front of PostgreSQL, as the network is: it can take a commit to the server and lose the answer."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from sqlalchemy.engine import URL

_COMMIT = b"COMMIT\0"


class Relay:
    """Passes on what comes. `lose_commits` are the answers to COMMIT that it loses, with the connection, from now on;
    `is_cut` refuses whoever connects anew.
    """

    def __init__(self, server: URL) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.lose_commits = 0
        self.is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    def url(self, database: str) -> str:
        """The address of a database behind the relay."""
        through = self._server.set(host="127.0.0.1", port=self.port, database=database, query={})
        return through.render_as_string(hide_password=False)

    def close(self) -> None:
        """Takes nobody any more."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.is_cut:
                    client.close()
                else:
                    threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        server = self._connected()
        threading.Thread(target=_copy, args=(server, client), daemon=True).start()
        with contextlib.suppress(OSError):
            while data := client.recv(65_536):
                if self.lose_commits and data.endswith(_COMMIT):
                    self.lose_commits -= 1
                    client.shutdown(socket.SHUT_RDWR)  # the server's answer reaches nobody
                server.sendall(data)
        _close(server)

    def _connected(self) -> socket.socket:
        folder, port = self._server.query.get("host"), self._server.port or 5432
        if folder is None:
            return socket.create_connection((self._server.host, port))
        made = socket.socket(socket.AF_UNIX)
        made.connect(f"{folder}/.s.PGSQL.{port}")
        return made


@contextlib.contextmanager
def relay(server: URL) -> Iterator[Relay]:
    """A relay for as long as it is needed."""
    with contextlib.closing(Relay(server)) as found:
        yield found


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    _close(target)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
