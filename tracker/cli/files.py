"""The programme's files, in and out."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

import click
from sqlmodel import Session

from tracker import security_log
from tracker.cli.bars import bars
from tracker.cli.database import configured_engine, reading_session
from tracker.clock import clock_of
from tracker.commands.programme import installation
from tracker.commands.programme import seed as seeding
from tracker.config import SEED_DATA, read_settings
from tracker.db.engine import transaction
from tracker.domain.cells import Dialect, read_instant
from tracker.domain.errors import InvalidError
from tracker.domain.figures.readings import Basis
from tracker.domain.imports.progress import Step
from tracker.exports import files, packs
from tracker.exports.files import Asked
from tracker.queries.accounts import viewer

_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PIECE = 65_536
_STEPS: dict[str, str] = {Step.READ: "Reading and checking", Step.WRITTEN: "Writing"}


class Instant(click.ParamType[datetime]):
    """An instant like 2023-04-14T07:00:00Z."""

    name = "instant"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, or a usage error."""
        try:
            return value if isinstance(value, datetime) else read_instant(value)
        except InvalidError as error:
            self.fail(f"{value!r} {error}", param, ctx)


class Narrowed(TypedDict):
    """What of a file is wanted."""

    cycle: int | None
    basis: str | None
    workstream: tuple[str, ...]
    project: tuple[str, ...]


as_of_option = click.option("--as-of", type=Instant(), help="As it was known then, for example 2023-04-14T07:00:00Z.")


@click.command()
@click.argument("directory", metavar="[DIR]", type=_EXISTING_FOLDER, default=SEED_DATA)
def seed(directory: Path) -> None:
    """Load the programme files of DIR (else the sample programme) into a database without a programme.

    All or nothing: the first row that is wrong is named with its file, line, column and value.
    """
    with bars(_STEPS) as progress:
        programme = seeding.read_folder(directory, progress=progress)
        with configured_engine() as engine:
            installation.upgrade(engine)
            with transaction(engine) as session:
                seeding.load(session, programme, time_zone=read_settings().timezone, progress=progress)
    click.echo(f"{len(programme.workflows)} workflows and {len(programme.changes)} changes loaded.", err=True)


@click.command()
@click.argument("name", type=click.Choice([*files.PROGRAMME, *files.FIGURES, "all", packs.NAME]))
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--cycle", type=click.IntRange(min=1), help="Only what belongs to this cycle.")
@click.option(
    "--basis", type=click.Choice([each.value for each in Basis]), help="One reading of the figures, not both."
)
@click.option(
    "--format",
    "dialect",
    type=click.Choice([each.value for each in Dialect]),
    default=Dialect.CSV.value,
    show_default=True,
    help="For programs, or for a Swedish spreadsheet.",
)
@as_of_option
@click.option("--workstream", multiple=True, metavar="CODE", help="Only this one; may be repeated.")
@click.option("--project", multiple=True, metavar="CODE", help="Only of this project; may be repeated.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write, else stdout.")
def export(
    name: str,
    directory: Path | None,
    dialect: str,
    as_of: datetime | None,
    out: Path | None,
    **narrowed: Unpack[Narrowed],
) -> None:
    """Write a programme file or a file of figures; with `all` the programme files into DIR; with `pack` the
    planning-week pack, a zip, or a workbook where FILE ends in .xlsx.
    """
    if (name == "all") != (directory is not None):
        raise click.UsageError("DIR goes with all, and all with DIR.")
    _require_narrowed(name, **narrowed)
    basis = Basis(narrowed["basis"]) if narrowed["basis"] else None
    if name == "all" and out is not None:
        raise click.UsageError("--out does not go with all.")
    with reading_session() as session:
        security_log.note("export", route=f"tracker export {name}")
        now, written = clock_of(session).now(), Dialect(dialect)

        def text(file: str) -> Iterator[bytes]:
            streams, projects = narrowed["workstream"], narrowed["project"]
            asked = Asked(file, narrowed["cycle"], basis, written, as_of, workstreams=streams, projects=projects)
            return (piece.encode() for piece in files.text(session, asked, now))

        if name == packs.NAME:
            _write_pack(session, out, narrowed["cycle"], written, now, as_of)
        elif directory is not None:
            _write_folder(directory, text)
        else:
            _write(out, text(name))


def _require_narrowed(name: str, **given: object) -> None:
    """Refuses what means nothing for the file; a pack goes by cycle too."""
    for option, value in given.items():
        files_of = (*files.NARROWED[option], *([packs.NAME] if option == "cycle" else []))
        if value and name not in files_of:
            raise click.UsageError(f"--{option} goes with {', '.join(files_of)}.")


def _write_pack(
    session: Session, out: Path | None, cycle: int | None, dialect: Dialect, now: datetime, as_of: datetime | None
) -> None:
    programme = viewer.programme(session)
    name = programme.name if programme else ""
    wanted = packs.pack(session, programme=name, cycle=cycle, dialect=dialect, now=now, as_of=as_of)
    tables = packs.tables(session, wanted)
    with tempfile.TemporaryFile() as made:
        if out is not None and out.suffix.lower() == ".xlsx":
            from tracker.exports import workbooks  # noqa: PLC0415 - no other file needs its library

            workbooks.write_workbook(tables, wanted, made)
        else:
            packs.write_zip(tables, wanted, made)
        made.seek(0)
        _write(out, iter(lambda: made.read(_PIECE), b""))


def _write_folder(folder: Path, text: Callable[[str], Iterable[bytes]]) -> None:
    """All files or none: each is written beside its name first."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as written:
        names = files.PROGRAMME
        drafts = [written.enter_context(_draft(folder / f"{name}.csv", text(name))) for name in names]
        for draft, path in drafts:
            draft.replace(path)


def _write(path: Path | None, pieces: Iterable[bytes]) -> None:
    if path is None:
        for piece in pieces:
            click.echo(piece, nl=False)
    else:
        with _draft(path, pieces) as (draft, _):
            draft.replace(path)


@contextlib.contextmanager
def _draft(path: Path, pieces: Iterable[bytes]) -> Iterator[tuple[Path, Path]]:
    """The pieces in a file beside its name, gone at the end unless it was moved."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
        draft.chmod(0o666 & ~_umask())
        yield draft, path
    finally:
        draft.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
