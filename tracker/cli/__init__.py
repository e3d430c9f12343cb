"""The command line. Each command lives in a module of its own, imported when it is asked for."""

import importlib
import keyword

import click
from sqlalchemy.exc import DBAPIError

from tracker.domain.errors import TrackerError

# Where each command is; `db` is found as `tracker.cli.database.db`. Serving imports the web, exporting must not.
_COMMANDS = {
    "backup": "tracker.cli.backups",
    "check": "tracker.cli.database",
    "db": "tracker.cli.database",
    "doctor": "tracker.cli.doctor",
    "demo": "tracker.cli.serve",
    "export": "tracker.cli.files",
    "report": "tracker.cli.reports",
    "import": "tracker.cli.imports",
    "restore": "tracker.cli.restore",
    "seed": "tracker.cli.files",
    "serve": "tracker.cli.serve",
    "user": "tracker.cli.users",
}


class LazyGroup(click.Group):
    """Imports a command when it is used; says what went wrong in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands by name."""
        del ctx  # Click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or none of that name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name]), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; what fails ends in one line on stderr and exit code 1."""
        try:
            return super().invoke(ctx)
        except TrackerError as error:
            raise click.ClickException(_one_line(str(error))) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise click.ClickException(_one_line(f"{error.strerror}: {error.filename}")) from error
        except DBAPIError as error:
            raise click.ClickException(_one_line(f"The database refused: {error.orig}")) from error


def _one_line(message: str) -> str:
    return " ".join(message.split())


@click.group(cls=LazyGroup)
@click.version_option(package_name="seven-week-tracker", prog_name="tracker")
def main() -> None:
    """Track a programme's workflows through design, validation and test in seven-week cycles."""
