"""The demo's clock and the people in it, all made up."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tracker.domain.states import Role

STARTS_AT = datetime(2023, 4, 14, 7, tzinfo=UTC)  # Friday 09:00 in Stockholm


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
        "lead_sidu", "projektledare.sidu@example.org", "Projektledare SIDU", Role.LEAD,
        workstreams=("LAB", "MBI", "MTE", "EXT", "LLA"),
    ),
    DemoAccount("lead_soki", "projektledare.soki@example.org", "Projektledare SoKI", Role.LEAD, project="SOKI"),
    DemoAccount("planner", "programkontoret@example.org", "Programkontoret", Role.PLANNER),
    DemoAccount("admin", "administrator@example.org", "Administratör", Role.ADMIN),
)  # fmt: skip


def account(key: str) -> DemoAccount | None:
    """The account behind a button of the demo's sign-in page."""
    return next((account for account in ACCOUNTS if account.key == key), None)
