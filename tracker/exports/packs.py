"""The planning-week pack: what a planning week takes away, as a zip of files that tie out, and how one is read back."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import IO, Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlmodel import Session

from tracker.domain.cells import Column, Dialect, instant_text
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.files import packs
from tracker.domain.files.csv_text import read_rows, rows_text
from tracker.domain.files.figure_files import CYCLE_ROWS, LEDGER_ROWS, PART_SUMMARY_ROWS, WORKSTREAM_ROWS
from tracker.domain.programme.checks import Finding
from tracker.domain.programme.files import BLOCKERS
from tracker.exports import definitions, files
from tracker.exports.definitions import in_swedish
from tracker.exports.files import Asked
from tracker.queries import figures

NAME = "pack"
README = "README.txt"
_LINE = 80
_LARGEST = 500_000_000  # bytes of a pack's files together, unpacked
_ABOUT = (
    N_("Planning-week pack of %(programme)s, %(cycles)s"),
    N_("All figures are as of %(at)s (%(zone)s, UTC in the files). Each file is of the same moment."),
    N_("cycle_summary.csv: the figures of the whole programme, a row for each cycle and reading."),
    N_("workstream_summary.csv: the same for every workstream; the rows TOTAL equal cycle_summary.csv."),
    N_(
        "items.csv: what each figure counts, item by item. Count the rows of a figure; for blocked_days add up the"
        " column amount, for lead times and ages take their percentile by nearest rank. Workflows stand under the"
        " workstream that owns them and add up to TOTAL. A blocker may be in several workstreams: it stands under each"
        " of them, and once under TOTAL."
    ),
    N_(
        "part_summary.csv: shared workflows by workstream: whose parts are signed or open, and how many days each has"
        " waited on another. A workflow stands under the workstream whose part it is."
    ),
    N_("blockers.csv: the blockers by number, with title, category and who decides."),
    N_("definitions.csv: what each figure counts, in Swedish and in English."),
    N_(
        "Empty is not 0: it means that there is nothing to count yet. As reported is what was known when the cycle was"
        " closed; as now is everything known since."
    ),
    N_("Whether all of it ties out: tracker check --pack FILE"),
)
_CYCLE, _ALL = N_("cycle %(cycle)s"), N_("all cycles")


PackTable: TypeAlias = tuple[str, tuple[Column, ...], Iterable[Any]]  # the name, the columns, the rows


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack is about: a cycle or all of them, as of one instant."""

    programme: str
    zone: ZoneInfo
    at: datetime
    cycle: int | None = None
    dialect: Dialect = Dialect.CSV
    as_of: datetime | None = None

    @property
    def file_name(self) -> str:
        """Content, cycle, readings and instant, without the ending."""
        return f"{NAME}-{f'cycle-{self.cycle}' if self.cycle else 'all-cycles'}-both-{self.at:%Y%m%dT%H%M%SZ}"


def pack(
    session: Session,
    *,
    programme: str,
    cycle: int | None,
    now: datetime,
    dialect: Dialect = Dialect.CSV,
    as_of: datetime | None = None,
) -> Pack:
    """What the pack will be about; raises NotFoundError where there is no such cycle."""
    history = figures.history(session)
    if history is None:
        raise NotFoundError(N_("There is no programme yet."))
    if cycle is not None and cycle not in {row.cycle for row in history.cycles}:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=cycle)
    at = as_of or figures.as_of_now(session, now)
    return Pack(programme, history.zone, at, cycle, dialect, as_of)


def tables(session: Session, wanted: Pack) -> Iterator[PackTable]:
    """Its files in order."""
    for name in packs.FILES:
        if name == "definitions":
            yield name, definitions.ROWS.columns, definitions.rows()
        else:
            cycle = wanted.cycle if name in files.NARROWED["cycle"] else None
            as_of = wanted.at if name in files.NARROWED["basis"] else wanted.as_of
            found = files.table(session, Asked(name, cycle=cycle, as_of=as_of), wanted.at)
            yield name, found.columns, found.rows


def write_zip(found: Iterable[PackTable], wanted: Pack, target: IO[bytes]) -> None:
    """The pack as a zip. What it holds and of when it is are all that its bytes depend on."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        text = "\r\n".join("\r\n".join(wrap(line, _LINE)) for line in about(wanted).split("\r\n"))
        archive.writestr(_entry(README, wanted), text)
        for name, columns, rows in found:
            with archive.open(_entry(f"{name}.csv", wanted), "w", force_zip64=True) as file:
                for piece in rows_text(columns, rows, wanted.dialect):
                    file.write(piece.encode())


def about(wanted: Pack) -> str:
    """What is in the pack and how it adds up, in Swedish and in English."""
    swedish = in_swedish()
    here = wanted.at.astimezone(wanted.zone)
    pages = []
    for translate in (swedish, str):
        cycles = translate(_CYCLE) % {"cycle": wanted.cycle} if wanted.cycle else translate(_ALL)
        values = {
            "programme": wanted.programme or "Tracker",
            "cycles": cycles,
            "at": f"{here:%Y-%m-%d %H:%M}",
            "zone": wanted.zone.key,
        }
        pages.append("\r\n\r\n".join(translate(line) % values for line in _ABOUT))
    return f"{pages[0]}\r\n\r\n\r\n{pages[1]}\r\n\r\n{instant_text(wanted.at)}\r\n"


def _entry(name: str, wanted: Pack) -> zipfile.ZipInfo:
    here = wanted.at.astimezone(wanted.zone)
    entry = zipfile.ZipInfo(name, (max(here.year, 1980), *here.timetuple()[1:6]))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def findings(source: IO[bytes]) -> list[Finding]:
    """All that does not tie out in a pack; raises InvalidError for what is none."""
    try:
        with zipfile.ZipFile(source) as archive:
            texts = _texts(archive)
    # What a zip can be broken in is more than its module tells: lengths, checksums, methods, passwords, encodings.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        message = N_("This is no pack: it cannot be read as a zip (%(problem)s).")
        raise InvalidError(message, problem=str(error)) from error
    parts = texts.get("part_summary")
    return packs.findings(
        [row for _, row in read_rows(texts["cycle_summary"], CYCLE_ROWS)],
        [row for _, row in read_rows(texts["workstream_summary"], WORKSTREAM_ROWS)],
        (row for _, row in read_rows(texts["items"], LEDGER_ROWS)),
        [row for _, row in read_rows(parts, PART_SUMMARY_ROWS)] if parts is not None else None,
        blockers={str(row.id) for _, row in read_rows(texts["blockers"], BLOCKERS)},
        defined={row.name for _, row in read_rows(texts["definitions"], definitions.ROWS)},
    )


def _texts(archive: zipfile.ZipFile) -> dict[str, str]:
    sizes = {each.filename: each.file_size for each in archive.infolist()}
    names, ours = archive.namelist(), {README, *(f"{name}.csv" for name in packs.FILES)}
    strange = next((name for name in names if name not in ours or names.count(name) > 1), None)
    if strange is not None:  # nobody has checked it
        raise InvalidError(N_("This is no pack of Tracker’s: it also holds %(file)s."), file=ascii(strange[:_LINE]))
    missing = [f"{name}.csv" for name in packs.FILES if f"{name}.csv" not in sizes and name not in packs.LATER_FILES]
    if missing:
        raise InvalidError(N_("This is no whole pack: it lacks %(files)s."), files=", ".join(missing))
    if sum(sizes.values()) > _LARGEST:
        raise InvalidError(N_("The pack is larger than any that Tracker writes: its files are not read."))
    return {name: archive.read(f"{name}.csv").decode("utf-8") for name in packs.FILES if f"{name}.csv" in sizes}
