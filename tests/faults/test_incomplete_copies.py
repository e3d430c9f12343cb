"""O3: the file of a database copied while it is served, without its log, may lack what was committed last. It looks
whole; the head of the history, kept outside of it, tells.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.backing import Machine, refused
from tests.databases import ON_SQLITE, Databases
from tests.db.acting import FREE, acting, prepared
from tracker.commands import notes

ADDED = 3


def noted(machine: Machine, times: int = ADDED) -> None:
    """So many entries more."""
    with machine.open() as engine:
        for turn in range(times):
            with acting(engine) as (session, entry):
                notes.write(session, entry, f"Anteckning {turn}", key=FREE)


def head(machine: Machine) -> str:
    return machine.run("check").stderr.split("Head ")[1].split()[0]


@pytest.fixture
def machine(databases: Databases, tmp_path: Path) -> Iterator[Machine]:
    with databases.fresh(prepared) as url:
        yield Machine(url, tmp_path)


@ON_SQLITE
def test_a_copy_without_the_log_is_found_to_lack_entries(machine: Machine, tmp_path: Path) -> None:
    served = Path(machine.url.removeprefix("sqlite:///"))
    copy = tmp_path / "copy" / "tracker.db"
    copy.parent.mkdir()
    with machine.open() as engine, engine.connect():  # somebody serves it, and has not been idle since
        noted(machine)
        shutil.copyfile(served, copy)
        file, now = machine.back_up(), head(machine)
    copied = Machine(f"sqlite:///{copy}", tmp_path)
    assert copied.run("check").exit_code == 0  # it agrees with itself
    checked = copied.run("check", "--head", now)
    assert checked.exit_code == 1
    assert f"{ADDED} entries are missing" in checked.stdout
    assert "history" not in copied.looked_over()  # it knows of no backup
    shutil.copytree(tmp_path, copy.parent / "backups", ignore=lambda *_: ["copy"])
    found = copied.looked_over()["history"]
    assert found["verdict"] == "fault"
    assert f"{ADDED} entries are missing" in found["text"]
    assert f"tracker restore {copy.parent / 'backups' / file.name} --force" in found["remedy"]
    assert copied.run("restore", copy.parent / "backups" / file.name, "--force").exit_code == 0
    assert copied.run("check", "--head", now).exit_code == 0
    assert copied.looked_over()["history"]["verdict"] == "ok"


@pytest.mark.on_both
def test_a_head_holds_as_the_history_grows_and_tells_another_past(machine: Machine) -> None:
    first = head(machine)
    noted(machine)
    assert machine.run("check", "--head", first).exit_code == 0
    assert head(machine) != first
    revision = first.split(":")[0]
    altered = machine.run("check", "--head", f"{revision}:{'0' * 32}")
    assert altered.exit_code == 1
    assert f"what was recorded up to revision {revision} is not what it was" in altered.stdout
    refused(machine.run("check", "--head", "newest"), "is no head like")
