"""An installation that is backed up and restored on the command line: a folder, and the address of its database."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from tests import postgres
from tracker.cli import main
from tracker.db.engine import make_engine


@dataclass
class Machine:
    """Runs commands on a database; backups go to the folder."""

    url: str
    folder: Path

    def run(self, *arguments: object, **environment: str) -> Result:
        """A command as an operator gives it."""
        surroundings: dict[str, str | None] = {"TRACKER_DATABASE_URL": self.url}
        if self.is_postgres and postgres.programs():
            surroundings["TRACKER_POSTGRES_BIN"] = postgres.programs()
        return CliRunner().invoke(main, list(map(str, arguments)), prog_name="tracker", env=surroundings | environment)

    def back_up(self, *options: object) -> Path:
        """A backup in the folder."""
        made = self.run("backup", "--out", self.folder, *options)
        assert made.exit_code == 0, made.output
        return Path(made.stdout.splitlines()[0])

    def looked_over(self, **environment: str) -> dict[str, dict[str, str]]:
        """What the doctor says, by what was looked at."""
        said = self.run("doctor", "--json", **environment)
        lines = json.loads(said.stdout)
        assert said.exit_code == any(line["verdict"] == "fault" for line in lines)
        return {line["check"]: line for line in lines}

    def column(self, statement: str) -> list[Any]:
        """The first column of a plain SQL statement."""
        with self.open() as engine, engine.connect() as connection:
            return list(connection.execute(text(statement)).scalars())

    def write(self, statement: str) -> None:
        """Something past all commands."""
        with self.open() as engine, engine.begin() as connection:
            connection.execute(text(statement))

    @contextlib.contextmanager
    def open(self) -> Iterator[Engine]:
        """An engine of its own, for a moment."""
        engine = make_engine(self.url)
        try:
            yield engine
        finally:
            engine.dispose()

    @property
    def is_postgres(self) -> bool:
        return self.url.startswith("postgres")


def refused(result: Result, words: str) -> None:
    """It failed, and its last line says why."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    *_, last = result.stderr.splitlines()
    assert last.startswith("Error: ")
    assert words in last
