"""PostgreSQL databases, dumped and restored with PostgreSQL's own programs."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import Session

from tracker.db.backups.records import OWNER_ONLY
from tracker.db.postgres import take_time
from tracker.domain.errors import DatabaseError

MAGIC = b"PGDMP"
_USUAL_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
_COPY = re.compile(rb"COPY (?:\w+\.)?\"?(\w+)\"? .*FROM stdin;\n")
_END_OF_COPY = b"\\.\n"
_NOT_FOR_SERVERS = (
    b"\\restrict ",
    b"\\unrestrict ",
    b"SET transaction_timeout ",
)  # psql's own; unknown before version 17
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_OUR_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc"
    " WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype"
    " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
)


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder of pg_dump and pg_restore, and the server's database that they are for."""

    folder: Path
    engine: Engine

    def dump(self, snapshot: str | None, target: Path) -> None:
        """Dumps the database as a snapshot sees it, or as it is now, into a new file that its owner alone may read.

        Leaves no file behind when it fails. Raises DatabaseError, FileExistsError.
        """
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        options = [] if snapshot is None else [f"--snapshot={snapshot}"]
        try:
            self._run("pg_dump", "--format=custom", f"--file={target}", *options, self._database)
        except BaseException:
            target.unlink()
            raise

    def restore(self, file: Path, connection: Connection) -> None:
        """Fills the database, which has to be empty, with a dump, in the connection's transaction and in the name of
        its role. The connection is of no other use afterwards than to look at what came. Raises DatabaseError.
        """
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with self._script(file, "--no-owner", "--no-privileges") as lines, driver.cursor() as cursor:
            try:
                _play(lines, cursor)
            except psycopg.Error as error:
                raise DatabaseError(
                    "%(file)s cannot be restored: %(problem)s", file=str(file), problem=error
                ) from error
        connection.execute(text("RESET search_path"))

    def read(self, file: Path) -> "Dump":
        """Reads a whole dump. Raises DatabaseError when it is damaged."""
        with self._script(file, "--data-only") as lines:
            return Dump.read(lines)

    @contextlib.contextmanager
    def _script(self, file: Path, *options: str) -> Iterator[Iterable[bytes]]:
        """The SQL that a dump comes to, line by line. To be read to the end."""
        command = [str(self.folder / "pg_restore"), *options, "--file=-", str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            yield process.stdout
            _require_success("pg_restore", process.wait(), process.stderr.read().decode(errors="replace"))

    @property
    def _database(self) -> str:
        url = self.engine.url
        address = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
        address.pop("password", None)
        return "--dbname=" + make_conninfo("", **address)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.folder / program), "--no-password", *arguments]
        # Never among the arguments: everybody on the machine can list those.
        password = {} if self.engine.url.password is None else {"PGPASSWORD": str(self.engine.url.password)}
        done = subprocess.run(command, env=os.environ | password, capture_output=True, text=True, check=False)
        _require_success(program, done.returncode, done.stderr)


@dataclass(slots=True)
class Dump:
    """What a dump holds: the revision of its schema, and rows by table."""

    schema: str | None = None
    rows: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, lines: Iterable[bytes]) -> "Dump":
        """Counts the lines of each COPY: a row has one, whatever its texts hold."""
        dump, table = cls(), ""
        for line in lines:
            if not table:
                if begins := _COPY.match(line):
                    table = begins[1].decode()
                    dump.rows[table] = 0
            elif line == _END_OF_COPY:
                table = ""
            else:
                dump.rows[table] += 1
                if table == "alembic_version":
                    dump.schema = line.decode().strip()
        return dump


def programs(engine: Engine, folder: Path | None) -> Programs:
    """The programs of a folder, or where they usually are: of the server's version, else the next newer one.

    Raises DatabaseError when there are none, or only older ones.
    """
    with engine.connect() as connection:
        server = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    found: dict[int, Path] = {}
    for each in [folder] if folder is not None else _usual_folders():
        version = _version(each / "pg_dump")
        if version is not None:
            found.setdefault(version, each)
    fitting = [version for version in found if version >= server]
    if fitting:
        return Programs(found[min(fitting)], engine)
    raise _unfit(found, folder, server)


def snapshot(session: Session) -> str:
    """The name of the state that a reading session sees, for a dump of the same."""
    take_time(session.connection())
    return str(session.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def is_filled(engine: Engine) -> bool:
    """Whether the database has any table."""
    return bool(inspect(engine).get_table_names())


def empty(connection: Connection, keep: Callable[[], object]) -> None:
    """Drops all that Tracker has in its database, in the connection's transaction, after `keep` was called while nobody
    could write. Raises DatabaseError when the tables there are not Tracker's.
    """
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        raise DatabaseError(
            "The database holds tables that are not Tracker's, %(table)s for one. Name an empty database.",
            table=tables[0],
        )
    if "programme" in tables:
        connection.execute(text("LOCK TABLE programme IN EXCLUSIVE MODE"))  # lets others read, pg_dump too
    keep()
    quote = connection.dialect.identifier_preparer.quote_identifier
    for table in tables:
        connection.execute(text(f"DROP TABLE {quote(table)} CASCADE"))
    for (function,) in connection.execute(text(_OUR_FUNCTIONS)).all():
        connection.execute(text(f"DROP FUNCTION {function}"))


def _play(lines: Iterable[bytes], cursor: psycopg.Cursor[Any]) -> None:
    """Runs the script of a dump. In our transaction, and on servers older than pg_restore."""
    script: list[bytes] = []
    rest = iter(lines)
    for line in rest:
        if _COPY.match(line):
            cursor.execute(b"".join(script))
            script.clear()
            with cursor.copy(line) as table:
                for row in takewhile(_END_OF_COPY.__ne__, rest):
                    table.write(row)
        elif not line.startswith(_NOT_FOR_SERVERS):
            script.append(line)
    cursor.execute(b"".join(script))


def _usual_folders() -> list[Path]:
    on_path = shutil.which("pg_dump")
    usual = [folder for pattern in _USUAL_FOLDERS for folder in sorted(Path("/").glob(pattern))]
    return [*([Path(on_path).parent] if on_path is not None else []), *usual]


def _version(program: Path) -> int | None:
    try:
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = _VERSION.search(said)
    return None if version is None else int(version[1])


def _unfit(found: dict[int, Path], folder: Path | None, server: int) -> DatabaseError:
    if found:
        newest = max(found)
        return DatabaseError(
            "pg_dump in %(folder)s is of version %(version)s, older than the server's %(server)s. Install"
            " PostgreSQL's client programs of version %(server)s or newer, or name their folder in"
            " TRACKER_POSTGRES_BIN.",
            folder=str(found[newest]),
            version=newest,
            server=server,
        )
    return DatabaseError(
        "pg_dump was not found%(where)s. Install PostgreSQL's client programs of version %(server)s or newer, or"
        " name their folder in TRACKER_POSTGRES_BIN.",
        where="" if folder is None else f" in {folder}",
        server=server,
    )


def _require_success(program: str, code: int, errors: str) -> None:
    if code:
        lines = (
            [line for line in errors.splitlines() if "error" in line] or errors.splitlines() or [f"exit code {code}"]
        )
        raise DatabaseError("%(program)s failed: %(problem)s", program=program, problem=lines[0])
