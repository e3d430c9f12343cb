"""C6 for a restore: killed at any step of putting a backup in place, there is a whole database under the name."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

from tests.cli.backing import Machine
from tests.databases import Databases
from tests.db.acting import prepared

STEPS = {"open", "os.link", "os.rename", "os.remove"}  # what changes which file stands under a name, and what precedes
_FORK = multiprocessing.get_context("fork")


def restore(machine: Machine, backup: Path, kill_at: int) -> None:
    """Restores by force; dies by SIGKILL just before that step. Its exit code tells whether it came to the end."""
    folder, steps = str(machine.folder), 0

    def hook(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if name in STEPS and str(arguments[0]).startswith(folder):
            steps += 1
            if steps == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    sys.exit(machine.run("restore", backup, "--force").exit_code)


def test_a_killed_restore_leaves_the_old_database_or_the_new_one(sqlite_databases: Databases, tmp_path: Path) -> None:
    with sqlite_databases.fresh(prepared) as source:
        backup = Machine(source, tmp_path / "backups").back_up()
    target = tmp_path / "tracker.db"
    machine = Machine(f"sqlite:///{target}", tmp_path)
    assert machine.run("restore", backup).exit_code == 0
    killed, found = 0, set()
    while True:
        machine.write("UPDATE programme SET name = 'Before'")
        child = _FORK.Process(target=restore, args=(machine, backup, killed + 1))
        child.start()
        child.join()
        assert target.exists(), f"killed before step {killed + 1}"
        found.add(machine.column("SELECT name FROM programme")[0])
        assert machine.run("check").exit_code == 0
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        killed += 1
    print(f"C6: a restore killed at each of {killed} steps left a whole database each time")
    assert killed >= 4
    assert len(found) == 2
