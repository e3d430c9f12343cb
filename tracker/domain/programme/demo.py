"""The demo's clock, the people in it and what its reports begin with, all made up."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
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
    language: (Path(__file__).parent / f"introduction_{language}.md").read_text(encoding="utf-8").strip()
    for language in ("sv", "en")
}


def starts_at(day: date) -> datetime:
    """Where the clock starts on a day."""
    return datetime.combine(day, _IN_THE_MORNING, ZoneInfo(TIME_ZONE)).astimezone(UTC)


def account(key: str) -> DemoAccount | None:
    """The account behind a button of the demo's sign-in page."""
    return next((account for account in ACCOUNTS if account.key == key), None)
