"""O2: the machine is gone. On a new one, one command brings all back within a minute, and says what that is."""

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.builders import load
from tests.cli.backing import Machine
from tests.counts import is_full
from tests.databases import Databases, nothing
from tests.large_programme import a_large_programme
from tracker.db.migrations import upgrade

WORKFLOWS = 100_000 if is_full() else 500
WITHIN_S = 60  # of the processors: other tests may run beside


def a_large_database(engine: Engine) -> None:
    """As large as the issue names, or small."""
    upgrade(engine)
    load(engine, a_large_programme(WORKFLOWS, 3 * WORKFLOWS))


@pytest.mark.timeout(1_800)
def test_a_lost_machine_is_back_within_a_minute(databases: Databases, tmp_path: Path) -> None:
    with databases.fresh(a_large_database) as url:
        machine = Machine(url, tmp_path)
        begins = time.monotonic()
        file = machine.back_up()
        backed_up_s = time.monotonic() - begins
        held = machine.run("check").stderr.splitlines()[0]
    with databases.fresh(nothing) as url:
        begins, begun_s = time.monotonic(), time.process_time()
        restored = Machine(url, tmp_path).run("restore", file, *([] if machine.is_postgres else ["--force"]))
        took, worked_s = time.monotonic() - begins, time.process_time() - begun_s
        assert restored.exit_code == 0, restored.output
        assert restored.stdout.splitlines()[-1] == held
        assert f"{WORKFLOWS} workflows" in held
        assert Machine(url, tmp_path).run("check").stderr.splitlines()[0] == held
    print(
        f"O2: {WORKFLOWS} workflows, {file.stat().st_size / 1e6:.1f} MB: backed up in {backed_up_s:.1f} s, restored and"
        f" checked in {took:.1f} s ({worked_s:.1f} s of work). {held}"
    )
    assert worked_s < WITHIN_S
