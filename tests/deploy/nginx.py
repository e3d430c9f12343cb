"""nginx with the configuration that Tracker brings along, as nobody, on ports of its own, in front of `tracker serve`,
or of gunicorn where tests run in full.
"""

import contextlib
import http.client
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.processes import Running, running
from tests.counts import is_full
from tests.deploy.files import FOLDER, replaced
from tests.faults.leads import SECRET_KEY, Lead, Reply
from tests.faults.workers import Workers, workers
from tests.live import free_port
from tests.own_postgres import nobody

HOST = "tracker.example.org"
WITHIN_S = 30
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPENSSL = shutil.which("openssl")
_MAIN = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/log/error.log warn;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/temporary;
    proxy_temp_path {folder}/temporary;
    fastcgi_temp_path {folder}/temporary;
    uwsgi_temp_path {folder}/temporary;
    scgi_temp_path {folder}/temporary;
    include {folder}/conf.d/*.conf;
}}
"""


@dataclass
class Visitor(Lead):
    """A browser on the other side of the proxy; `address` is where nginx listens."""

    host: str = HOST

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request on a connection of its own."""
        return self.fetch(method, path, body, headers)[0]

    def fetch(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[Reply, bytes]:
        """What came back, and its bytes as they came."""
        at, port = self.address.split(":")
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(at, int(port), timeout=WITHIN_S, context=context)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        said = {"Host": self.host, "Referer": f"https://{HOST}/", "Cookie": cookie, **(headers or {})}
        with contextlib.closing(connection):
            connection.request(method, path, body, said)
            response = connection.getresponse()
            content = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Reply(response.status, dict(response.headers), content.decode(errors="replace")), content


@dataclass
class Site:
    """The proxy, and the application behind it, which can be stopped and started."""

    folder: Path
    url: str
    https: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    behind: int = field(default_factory=free_port)
    application: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    running: Workers | Running | None = None
    upstream: str = "nginx/tracker-upstream.conf"
    logged: str = ""  # by applications that have ended

    def start(self) -> None:
        """Starts the application."""
        settings = {"TRACKER_PUBLIC_URL": f"https://{HOST}", "TRACKER_PROXY_HOPS": "1"}
        if is_full():
            self.running = self.application.enter_context(workers(self.folder, self.url, 2, self.behind, **settings))
        else:
            settings |= {"TRACKER_DATABASE_URL": self.url, "TRACKER_SECRET_KEY": SECRET_KEY}
            arguments = ("serve", "--port", str(self.behind))
            self.running = self.application.enter_context(running(self.folder, *arguments, **settings))

    def stop(self) -> None:
        """Stops it as systemd does."""
        assert self.running is not None
        if isinstance(self.running, Running):
            self.running.stop(signal.SIGTERM)
        else:
            self.running.process.terminate()
            self.running.process.wait(WITHIN_S)
        self.logged += self.running.errors.read_text()
        self.application.close()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """The application is stopped, until the end of the block."""
        self.stop()
        yield
        self.start()

    def visitor(self, host: str = HOST) -> Visitor:
        """Somebody who has not been there before."""
        return Visitor(f"127.0.0.1:{self.https}", host=host)

    def logs(self) -> str:
        """All that nginx and the application have logged."""
        assert self.running is not None
        of_proxy = [file.read_text() for file in (self.folder / "log").iterdir()]
        return "".join([*of_proxy, self.logged, self.running.errors.read_text()])


@contextlib.contextmanager
def site(url: str) -> Iterator[Site]:
    """The application on a database, behind nginx."""
    with tempfile.TemporaryDirectory(prefix="tracker-nginx-", dir="/tmp") as name:
        found = Site(Path(name), url)
        with _nginx(found), found.application:
            found.start()
            yield found


@contextlib.contextmanager
def half_a_pair(site: Site) -> Iterator[Site]:
    """Another proxy, as containers have it, in front of the site's application and of one that is not there."""
    with tempfile.TemporaryDirectory(prefix="tracker-nginx-", dir="/tmp") as name:
        found = Site(Path(name), site.url, behind=site.behind, upstream="compose-upstream.conf")
        with _nginx(found):
            yield found


@contextlib.contextmanager
def _nginx(site: Site) -> Iterator[None]:
    assert PROGRAM is not None
    _configure(site)
    command = [PROGRAM, "-p", str(site.folder), "-c", str(site.folder / "nginx.conf")]
    user, group = nobody()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, user=user, group=group)
    try:
        _wait(process, site)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=WITHIN_S)


def _wait(process: "subprocess.Popen[bytes]", site: Site) -> None:
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            site.visitor().ask("GET", "/healthz")
        except OSError:
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            return


def _configure(site: Site) -> None:
    """Its files as they are, with ports and folders of the test's own."""
    folder = site.folder
    shutil.copytree(FOLDER / "nginx", folder / "conf.d")
    for name in ("log", "temporary", "tls"):
        (folder / name).mkdir()
    shutil.copy(FOLDER / site.upstream, folder / "conf.d/tracker-upstream.conf")
    listening = ("tracker-1:8000", "tracker-2:8000") if "compose" in site.upstream else ("127.0.0.1:8000",)
    behind = (site.behind, free_port())
    addresses = {old: f"127.0.0.1:{port}" for old, port in zip(listening, behind, strict=False)}
    _rewrite(folder / "conf.d/tracker-upstream.conf", addresses)
    ports = {"listen 80;": f"listen 127.0.0.1:{site.http};", "listen 443 ssl;": f"listen 127.0.0.1:{site.https} ssl;"}
    ports |= {"    listen [::]:80;\n": "", "    listen [::]:443 ssl;\n": ""}
    folders = {"/var/log/nginx": "log", "/etc/nginx/tls": "tls", "/etc/nginx/conf.d": "conf.d"}
    ours = {old: f"{folder}/{new}" for old, new in folders.items()}
    _rewrite(folder / "conf.d/tracker.conf", ports | ours)
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder))
    _certify(folder / "tls")
    user, _ = nobody()
    if user:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user)


def _rewrite(file: Path, values: Mapping[str, object]) -> None:
    file.write_text(replaced(file.read_text(encoding="utf-8"), values), encoding="utf-8")


def _certify(folder: Path) -> None:
    assert OPENSSL is not None
    options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "tracker.key"), "-out", str(folder / "tracker.crt"), "-subj", f"/CN={HOST}"]
    subprocess.run([OPENSSL, "req", *options, *files], check=True, capture_output=True)
