"""People at work over HTTP, each in a browser of their own, and the servers that they talk to."""

import contextlib
import http.client
import logging
import multiprocessing
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from multiprocessing.process import BaseProcess
from typing import Any, Self
from urllib.parse import quote_plus, urlsplit

from pydantic import SecretStr
from sqlalchemy import Engine, text

from tracker.commands.programme import installation
from tracker.config import Settings
from tracker.db.engine import make_engine, reading
from tracker.queries.programme import check
from tracker.web import server

SECRET_KEY = "9f3c1e7a5b0d48628c4ef1a37d6b92055ae8c0d1437f96be2b10f58d7ca3e649"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
TIMEOUT_S = 30
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_VERSION = re.compile(r'name="version" value="(\d+)"')
_KEY = re.compile(r'name="key" value="([^"]+)"')

# Forked from a process that has all imported and runs no threads: a server starts at once.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.leads"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def outcome(self) -> tuple[int, str | None, str]:
        """What the same form sent twice has to answer twice."""
        return self.status, self.headers.get("Location"), self.text


@dataclass
class Lead:
    """Somebody with a browser: it keeps cookies, and sends forms with the token of a page."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def sign_in(self, role: str) -> Self:
        """With the demo's button."""
        self.open("/login")
        assert self.send("/login/demo", {"role": role}).status == 303
        self.open("/board")
        return self

    def sign_in_as(self, email: str, password: str) -> Self:
        """With address and password."""
        self.open("/login")
        assert self.send("/login", {"email": email, "password": password}).status == 303
        self.open("/board")
        return self

    def twin(self, address: str = "") -> "Lead":
        """The same person in another window."""
        return Lead(address or self.address, dict(self.cookies), self.token)

    def open(self, path: str) -> Reply:
        """A page, redirects followed; its token is kept."""
        reply = self.ask("GET", path)
        while reply.status in {302, 303}:
            reply = self.ask("GET", reply.headers["Location"])
        if found := _TOKEN.search(reply.text):
            self.token = unescape(found[1])
        return reply

    def send(self, path: str, fields: Mapping[str, str | bytes], *, htmx: bool = False) -> Reply:
        """A form, with the token."""
        pairs = {"csrf_token": self.token, **fields}
        body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded", **(HTMX if htmx else {})}
        return self.ask("POST", path, body.encode(), headers)

    def form_of(self, key: str) -> tuple[int, str]:
        """The version and the idempotency key that the workflow's page holds."""
        page = self.open(f"/workflows/{key}").text
        version, form_key = _VERSION.search(page), _KEY.search(page)
        assert version is not None
        assert form_key is not None
        return int(version[1]), unescape(form_key[1])

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request on a connection of its own, redirects not followed."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(method, path, body, {"Cookie": cookie, **(headers or {})})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Reply(response.status, dict(response.headers), content.decode(errors="replace"))  # a zip is no text


def start_server(url: str, port: int = 0) -> tuple[BaseProcess, int]:
    """What `tracker serve` does, in a process that can be killed and started anew within a blink; and its port."""
    ours, theirs = _FORKS.Pipe()
    process = _FORKS.Process(target=_serve, args=(url, port, theirs), daemon=True)
    process.start()
    theirs.close()
    bound: int = ours.recv()
    ours.close()
    return process, bound


@contextlib.contextmanager
def served(url: str) -> Iterator[str]:
    """The same for as long as it is needed; gives its address."""
    process, port = start_server(url)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def _serve(url: str, port: int, announce: "multiprocessing.connection.Connection[int, int]") -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # 20 writers are more than its threads
    settings = Settings(database_url=url, secret_key=SecretStr(SECRET_KEY), log_level="ERROR")
    server.serve(settings, installation.opened(settings, say=print), "127.0.0.1", port, announce.send)


def findings(url: str) -> list[str]:
    """What `tracker check` finds."""
    with looking(url) as engine, reading(engine) as session:
        return [finding.text for finding in check.findings(session)]


def scalars(url: str, statement: str, **values: object) -> list[Any]:  # as the database has them
    """The first column of a plain SQL statement."""
    with looking(url) as engine, engine.connect() as connection:
        return list(connection.execute(text(statement), values).scalars())


@contextlib.contextmanager
def looking(url: str) -> Iterator[Engine]:
    """An engine of the test's own, beside the application's."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
