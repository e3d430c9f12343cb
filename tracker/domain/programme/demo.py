"""The demo's clock, the people in it and what its reports begin with, all made up."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tracker.domain.states import Role

TIME_ZONE = "Europe/Stockholm"
FIRST_DAY, LAST_DAY = date(2023, 4, 14), date(2023, 5, 5)  # from cycle 5 under way to the planning week of cycle 6
_IN_THE_MORNING = time(9)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to be in the demo. A lead leads the workstreams, and all those of the project."""

    key: str
    email: str
    name: str
    role: Role
    workstreams: tuple[str, ...] = ()
    project: str = ""


ACCOUNTS = (
    DemoAccount("viewer", "betraktare@example.org", "Betraktare", Role.VIEWER),
    DemoAccount(
        "lead_sidu",
        "projektledare.sidu@example.org",
        "Projektledare SIDU",
        Role.LEAD,
        workstreams=("LAB", "MBI", "MTE", "EXT", "LLA"),
    ),
    DemoAccount("lead_soki", "projektledare.soki@example.org", "Projektledare SoKI", Role.LEAD, project="SOKI"),
    DemoAccount("planner", "programkontoret@example.org", "Programkontoret", Role.PLANNER),
    DemoAccount("admin", "administrator@example.org", "Administratör", Role.ADMIN),
)

# By language, as the standing text that every month's report begins with.
INTRODUCTION = {
    "sv": """\
Exempelprogrammet är ett omfattande program där en stor del av arbetet genomförs och styrs tillsammans med \
leverantören. Målet är en modern vårdinformationsmiljö som ger invånarna en tillgänglig hälso- och sjukvård med hög \
kvalitet och stor delaktighet. Det innebär att processer och arbetssätt måste enas, förankras och etableras, och att \
termer och begrepp behöver användas på samma sätt i hela regionen. Programmet är ett samarbete mellan regionen och \
kommunerna, som i olika grad kommer att arbeta i den nya miljön.

Införandet sker stegvis: all berörd verksamhet i ett geografiskt område går över samtidigt. Fram till dess arbetar \
projekten i cykler om sju veckor. I varje cykel designas, valideras och testas arbetsflöden, och inför varje cykel \
kommer projekten under en planeringsvecka överens om vad som ska göras.

Rapporten beskriver läget projekt för projekt: vad som har gjorts under månaden och vad som planeras för nästa. \
Programmet och alla siffror i rapporten är påhittade exempeldata. Kontakta programkontoret om du har frågor kring \
innehållet.""",
    "en": """\
The sample programme is a large one, and much of its work is done and led together with the vendor. The aim is a \
modern environment for health information that gives people accessible care of high quality, in which they take part. \
Processes and ways of working must therefore be agreed upon, supported and put in place, and terms and concepts used \
in the same way throughout the region. The programme is carried out jointly by the region and the municipalities, \
which will work in the new environment to varying degrees.

The roll-out takes place in steps: everybody concerned in a geographical area goes over at the same time. Until \
then the projects work in cycles of seven weeks. In every cycle workflows are designed, validated and tested, and \
before every cycle the projects agree in a planning week on what is to be done.

The report describes how things stand project by project: what was done in the month and what is planned for the \
next. The programme and all figures in the report are made-up sample data. If you have questions about the contents, \
please contact the programme office.""",
}


def starts_at(day: date) -> datetime:
    """Where the clock starts on a day."""
    return datetime.combine(day, _IN_THE_MORNING, ZoneInfo(TIME_ZONE)).astimezone(UTC)


def account(key: str) -> DemoAccount | None:
    """The account behind a button of the demo's sign-in page."""
    return next((account for account in ACCOUNTS if account.key == key), None)
