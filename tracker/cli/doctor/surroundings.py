"""What the doctor looks at around the database: backups, the clock, the proxy, the program's own files."""

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit

from tracker.cli.doctor.lines import Line, Patient, age, fault, graded, ok, size, warning
from tracker.config import STATIC, TEMPLATES
from tracker.db.backups import records
from tracker.db.engine import reading
from tracker.domain.programme.heads import Head
from tracker.queries.programme import backups, heads

_CLOCK_WARNING, _CLOCK_FAULT = timedelta(seconds=5), timedelta(hours=1)
_ASSET = re.compile(r"""asset\(\s*["']([^"'{}]+)(\.\w+)["']\s*\)""")
_BLOCK = re.compile(r"{% block (sheets|modules) %}(.*?){% endblock %}")
_FILES = {"sheets": "css/{}.css", "modules": "js/{}.js"}
_DISTRIBUTION = "seven-week-tracker"


def backup(patient: Patient) -> Iterator[Line]:
    """There is a backup, not older than a night and a half."""
    with reading(patient.engine) as session:
        mark = backups.mark(session)
    remedy = "Run each night: tracker backup --keep 14"
    if mark is None or mark.is_demo:
        yield ok("backup", "There is nothing to back up." if mark is None else "A demo needs no backup.")
    elif mark.backed_up_at is None:
        yield warning("backup", "There has never been a backup.", remedy)
    else:
        since = patient.now - mark.backed_up_at
        said = f"The last backup is of {mark.backed_up_at:%Y-%m-%d %H:%M} UTC, {age(since)} ago."
        is_old, is_due = since > backups.OLD_AFTER, since > backups.FRESH_FOR
        yield graded("backup", said, remedy, is_fault=is_old, is_warning=is_due)


def history(patient: Patient) -> Iterator[Line]:
    """The history holds all that the newest backup holds."""
    found = records.newest(records.default_folder(patient.engine))
    if found is None:
        return
    file, record = found
    with reading(patient.engine) as session:
        differences = [each.text for each in heads.findings(session, Head(record.revision, record.digest))]
    if differences:
        remedy = (
            f"If the database is an incomplete copy, bring the backup back: tracker restore {file} --force. If an"
            " older state was restored on purpose, make a new backup."
        )
        yield fault("history", f"Not all is there that was backed up to {file.name}: {differences[0]}.", remedy)
    else:
        yield ok("history", f"All that was backed up to {file.name} is there, up to revision {record.revision}.")


def clock(patient: Patient) -> Iterator[Line]:
    """The machine's clock is not behind what is recorded."""
    with reading(patient.engine) as session:
        mark = backups.mark(session)
    if mark is None or mark.is_demo or mark.last_recorded_at is None:
        yield ok(
            "clock", "A demo has its own clock." if mark is not None and mark.is_demo else "Nothing is recorded yet."
        )
        return
    behind = mark.last_recorded_at - patient.now
    if behind <= _CLOCK_WARNING:
        yield ok("clock", f"It is {patient.now:%Y-%m-%d %H:%M} UTC, after the newest entry.")
        return
    said = f"The clock ({patient.now:%Y-%m-%d %H:%M} UTC) is behind the newest entry by {behind}."
    remedy = "Set the machine's clock (NTP); until then all is recorded as if at the newest entry's time."
    yield (fault if behind > _CLOCK_FAULT else warning)("clock", said, remedy)


def proxy(patient: Patient) -> Iterator[Line]:
    """The proxies that are trusted are those that the public address needs."""
    hops, public = patient.settings.proxy_hops, urlsplit(patient.settings.public_url)
    if public.scheme == "https" and hops == 0:
        said = "TRACKER_PUBLIC_URL is https, and no proxy is trusted: all who sign in seem to come from one address."
        yield warning("proxy", said, "Set TRACKER_PROXY_HOPS to the number of proxies in front, for example 1.")
    elif hops and not public.scheme:
        said = f"{hops} proxies are trusted, and there is no public address."
        yield warning("proxy", said, "Set TRACKER_PUBLIC_URL, or TRACKER_PROXY_HOPS=0 where none is in front.")
    else:
        yield ok("proxy", f"{hops} proxies are trusted, and the public address is {public.geturl() or 'none'}.")


def static(_patient: Patient) -> Iterator[Line]:
    """What pages ask for is there, and what was installed is as it was packed."""
    named = {name for page in TEMPLATES.rglob("*.html") for name in _named(page.read_text(encoding="utf-8"))}
    missing = sorted(name for name in named if not (STATIC / name).is_file())
    broken = missing or _altered()
    if broken or not named:
        remedy = "Install Tracker again."
        yield fault("static", f"Files are missing or altered: {', '.join(broken[:5]) or TEMPLATES}.", remedy)
        return
    total = sum(file.stat().st_size for file in STATIC.rglob("*") if file.is_file())
    yield ok("static", f"All files that pages name are there ({size(total)}).")


def _named(template: str) -> Iterator[str]:
    """The files that a template names, alone or several together."""
    for path, suffix in _ASSET.findall(template):
        first, *others = path.split(",")
        folder = first[: first.rfind("/") + 1]
        yield from (f"{each}{suffix}" for each in (first, *(f"{folder}{other}" for other in others)))
    for kind, names in _BLOCK.findall(template):
        yield from map(_FILES[kind].format, re.sub("{%.*?%}", " ", names).split())


def _altered() -> list[str]:
    """Files that are not as the wheel brought them; none where there was no wheel."""
    try:
        files = distribution(_DISTRIBUTION).files or ()
    except PackageNotFoundError:
        return []
    return [str(file) for file in files if file.hash is not None and _hash(Path(str(file.locate()))) != file.hash.value]


def _hash(file: Path) -> str:
    if not file.is_file():
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).rstrip(b"=").decode()
