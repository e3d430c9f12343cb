"""The units of systemd: verified, and shut in, by systemd's own program; and the command for operators."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import FOLDER, text_of
from tracker.web import server

UNITS = FOLDER / "systemd"
SERVICES = ("tracker.service", "tracker-backup.service")
MOST_EXPOSED = 15  # in tenths; systemd calls what is below 20 "ok"
WITHIN_S = 30
ANALYZE = shutil.which("systemd-analyze")
with_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze here; on Debian: apt-get install systemd")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units where the programs that they start are there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("tracker", "gunicorn"):
        (programs / name).touch(mode=0o755)
    shutil.copytree(UNITS, tmp_path / "units")
    for file in [*(tmp_path / "units").glob("*.service"), *(tmp_path / "units").glob("*/*.conf")]:
        file.write_text(file.read_text().replace("/opt/tracker/bin", str(programs)))
    return tmp_path / "units"


def analyze(*arguments: str) -> tuple[int, str]:
    assert ANALYZE is not None
    done = subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, timeout=WITHIN_S, check=False)
    return done.returncode, done.stdout + done.stderr


def verify(units: Path) -> tuple[int, str]:
    return analyze("verify", "--man=no", *(str(units / name) for name in (*SERVICES, "tracker-backup.timer")))


@with_systemd
def test_systemd_finds_nothing_to_say_about_the_units(units: Path) -> None:
    assert verify(units) == (0, "")


@with_systemd
def test_systemd_would_have_found_a_mistake_in_a_unit_or_in_what_changes_it(units: Path) -> None:
    for name in ("tracker-backup.service", "tracker.service.d/gunicorn.conf"):
        file = units / name
        file.write_text(file.read_text().replace("[Service]", "[Service]\nProtectSistem=strict"))
    said = verify(units)[1]
    assert said.count("'ProtectSistem'") == 2


@with_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little_beside_its_work(units: Path, name: str) -> None:
    code, said = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(units / name))
    print(said.strip().splitlines()[-1])
    assert code == 0, said


def test_backups_are_shut_in_like_the_service() -> None:
    one, other = (
        re.findall(r"^(UMask=.*?)(?=\n\n|\Z)", text_of(f"systemd/{name}"), re.MULTILINE | re.DOTALL)[0].strip()
        for name in SERVICES
    )
    assert one == other


def test_the_service_waits_until_what_was_begun_is_finished() -> None:
    found = re.search(r"^TimeoutStopSec=(\d+)$", text_of("systemd/tracker.service"), re.MULTILINE)
    of_gunicorn = re.search(r"--graceful-timeout (\d+)", text_of("systemd/tracker.service.d/gunicorn.conf"))
    assert found is not None
    assert of_gunicorn is not None
    assert int(found[1]) > max(server.FINISH_WITHIN_S, int(of_gunicorn[1]))


def test_operators_run_the_command_with_the_services_settings(tmp_path: Path) -> None:
    for name, told in (("owner_database_url", "owner's"), ("database_url", "its own")):
        (tmp_path / name).write_text(told)
    (tmp_path / "tracker.env").write_text(f"TRACKER_DATABASE_URL_FILE={tmp_path}/database_url\n")
    (tmp_path / "program").write_text('#!/bin/sh\necho "$(cat "$TRACKER_DATABASE_URL_FILE"): $*"\n')
    (tmp_path / "program").chmod(0o755)
    script = text_of("systemd/tracker.sh").replace("/etc/tracker", str(tmp_path))
    script = script.replace("/var/lib/tracker", str(tmp_path)).replace("/opt/tracker/bin/tracker", "./program")
    script = script.replace('"$(id -un)" = tracker', '"$(id -un)" = "$(id -un)"')
    (tmp_path / "tracker.sh").write_text(script)

    def run(*arguments: str) -> str:
        command = ["sh", str(tmp_path / "tracker.sh"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout

    assert run("user", "add", "a b@example.org") == "its own: user add a b@example.org\n"
    assert run("backup", "--keep", "14") == "its own: backup --keep 14\n"
    assert run("db", "upgrade") == "owner's: db upgrade\n"
    assert run("restore", "FILE") == "owner's: restore FILE\n"
