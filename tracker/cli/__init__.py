"""The command line. Each command lives in a module of its own, imported when it is asked for."""

import importlib
import keyword

import click
from sqlalchemy.exc import DBAPIError

from tracker.domain.errors import TrackerError

# Where each command is, and what it is for: the list of them imports none. Serving imports the web, exporting must not.
_COMMANDS = {
    "backup": ("tracker.cli.backups", "Copy the database while people work."),
    "check": ("tracker.cli.database", "Compare the history with what is kept of it, or with a pack."),
    "db": ("tracker.cli.database", "Create, upgrade and inspect the database."),
    "demo": ("tracker.cli.serve", "Serve a made-up programme on this machine."),
    "doctor": ("tracker.cli.doctor", "Look for what is wrong with the installation."),
    "export": ("tracker.cli.files", "Write programme files and figures."),
    "import": ("tracker.cli.imports", "Import files that people have."),
    "report": ("tracker.cli.reports", "Write a month's report."),
    "restore": ("tracker.cli.restore", "Bring a backup back."),
    "seed": ("tracker.cli.files", "Load programme files."),
    "serve": ("tracker.cli.serve", "Serve the programme."),
    "user": ("tracker.cli.users", "Make, list and end accounts."),
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
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by name, each in a line."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in sorted(_COMMANDS.items())])

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
