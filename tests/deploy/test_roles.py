"""The roles of PostgreSQL as the files make them: the owner upgrades and restores, the other serves and backs up."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.cli.backing import Machine
from tests.deploy.files import FOLDER, replaced, text_of
from tests.faults.leads import Lead, findings, looking, served
from tests.own_postgres import OwnServer, own_server
from tests.web import people

pytestmark = pytest.mark.postgres
FORBIDDEN = (
    "CREATE TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "ALTER TABLE workflow ADD COLUMN mine int",
    "DROP TABLE workflow",
    "TRUNCATE workflow",
    "CREATE ROLE mine",
)


@dataclass(frozen=True, slots=True)
class Site:
    """A server with the roles, and the database as one or the other comes to it."""

    server: OwnServer
    secrets: Path
    owner: Machine
    serving: Machine


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("roles")
    subprocess.run(["sh", FOLDER / "make-secrets.sh"], cwd=folder, check=True)
    passwords = replaced(text_of("postgres-passwords.sql"), {"/run/secrets": str(folder / "secrets")})
    with own_server() as server:
        for statements in (text_of("postgres-roles.sql"), passwords):
            run(server, statements)
        machines = [Machine(server.url("tracker", role), folder) for role in ("tracker_owner", "tracker_app")]
        refused = machines[1].run("db", "upgrade")
        assert refused.exit_code == 1
        assert "may not" in refused.output or "rights" in refused.output, refused.output
        assert machines[0].run("db", "upgrade").exit_code == 0
        with looking(machines[0].url) as engine:
            people.prepare(engine)
        yield Site(server, folder / "secrets", *machines)


def run(server: OwnServer, statements: str) -> None:
    """As the handbook has it: psql, as a superuser."""
    command = [str(server.programs / "psql"), server.url().replace("+psycopg", ""), "--no-psqlrc", "--quiet", "-f", "-"]
    subprocess.run(command, input=statements, text=True, check=True)


def test_what_the_owner_has_made_the_other_serves_and_finds_up_to_date(site: Site) -> None:
    assert site.serving.run("db", "upgrade").exit_code == 0
    with served(site.serving.url) as address:
        lead = Lead(address).sign_in_as(people.email("lead_owner"), people.PASSWORD)
        version, key = lead.form_of("LAB-001")
        fields = {"to": "validation", "version": str(version), "key": key, "reason": "other"}
        assert lead.send("/workflows/LAB-001/move", fields).status == 303
        assert lead.form_of("LAB-001")[0] == version + 1
        assert lead.ask("GET", "/readyz").status == 200
    assert findings(site.serving.url) == []


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_who_serves_can_alter_nothing(site: Site, statement: str) -> None:
    with (
        psycopg.connect(site.serving.url.replace("+psycopg", "")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_nobody_else_comes_to_the_database(site: Site) -> None:
    site.server.ask("CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(site.server.url("tracker", "stranger").replace("+psycopg", ""))


@pytest.mark.parametrize("role", ["tracker_owner", "tracker_app"])
def test_passwords_are_those_of_the_secrets_and_kept_as_digests(site: Site, role: str) -> None:
    kept = str(site.server.ask(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'"))
    assert kept.startswith("SCRAM-SHA-256$")
    address = (site.secrets / f"{role}_database_url").read_text().strip()
    assert address.split(":")[2] == f"{(site.secrets / f'{role}_password').read_text().strip()}@database/tracker"


def test_who_serves_backs_up_and_what_the_owner_restores_is_served_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # what was there is kept in instance/backups/
    backup = site.serving.back_up()
    before = site.serving.column("SELECT count(*) FROM state_change")
    restored = site.owner.run("restore", backup, "--force")
    assert restored.exit_code == 0, restored.output
    assert site.serving.column("SELECT count(*) FROM state_change") == before
    checked = site.serving.run("check")
    assert checked.exit_code == 0, checked.output
    written = site.serving.run("user", "link", people.email("viewer"))
    assert written.exit_code == 0, written.output
