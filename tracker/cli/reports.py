"""The monthly report on the command line."""

from datetime import datetime

import click

from tracker import security_log
from tracker.cli.database import reading_session
from tracker.cli.files import as_of_option
from tracker.clock import clock_of
from tracker.config import read_settings
from tracker.domain.reports.documents import LANGUAGES
from tracker.domain.reports.tokens import PROGRAMME, Token
from tracker.exports import reports as files
from tracker.queries import reports as queries

_FORMATS = {"md": files.markdown, "html": files.html}


@click.command()
@click.argument("month", metavar="YYYY-MM")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(_FORMATS)),
    default="md",
    show_default=True,
    help="Markdown, or a page that stands alone.",
)
@as_of_option
@click.option("--lang", "language", type=click.Choice(list(LANGUAGES)), default="sv", show_default=True)
def report(month: str, kind: str, as_of: datetime | None, language: str) -> None:
    """Write a month's report to stdout, as it was published or as it stands.

    Figures are linked to what they count where TRACKER_PUBLIC_URL says where that is.
    """
    base = read_settings().public_url.rstrip("/")

    def address(token: Token) -> str:
        if not base:
            return ""
        if token.blocker is not None:
            return f"{base}/blockers/{token.blocker}"
        project = f"&project={token.project}" if token.project != PROGRAMME else ""
        return f"{base}/reports/{month}?show={token.figure}&at={token.place}{project}"

    with reading_session() as session:
        security_log.note("export", route="tracker report")
        sources = queries.sources(session, month, now=clock_of(session).now(), as_of=as_of)
        click.echo(_FORMATS[kind](sources.report(language), sources.material.numbers, address).encode(), nl=False)
