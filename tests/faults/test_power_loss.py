"""C7, C3: what was acknowledged outlives a loss of power and a kill at any sync. Power is lost on paper: of what strace
saw being written, what was synced is kept, and of the rest any sectors or none.
"""

import contextlib
import random
import re
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.counts import count
from tests.faults import commits, strace

COMMITS = 60
CUTS = count(1_000)  # the catalogue names 100
KILLS = count(40)
SECTOR = 512
_WRITING = "trace=pwrite64,write,fdatasync,fsync,ftruncate"
_CALL = re.compile(r'\d+ +(\w+)\((\d+)<([^>]*)>(?:, "([^"]*)")?(?:, (\d+))?(?:, (\d+))?\) = (\d+)')


@dataclass(frozen=True, slots=True)
class Call:
    """A system call on a file: bytes written at an offset, a length it is cut to, or a sync."""

    name: str
    file: str
    data: bytes
    offset: int


@dataclass
class Disk:
    """A file as it stands on disk, and what was written since it was last synced."""

    content: bytearray
    unsynced: list[Call] = field(default_factory=list)

    def see(self, call: Call) -> None:
        """The call is made."""
        if call.name in {"fdatasync", "fsync"}:
            for each in self.unsynced:
                _apply(self.content, each)
            self.unsynced = []
        else:
            self.unsynced.append(call)

    def after_power_loss(self, chance: random.Random | None) -> bytes:
        """Of what was not synced nothing, or some sectors of some writes in any order."""
        content = bytearray(self.content)
        for call in chance.sample(self.unsynced, chance.randint(0, len(self.unsynced))) if chance else ():
            _apply(content, call, chance)
        return bytes(content)


def _apply(content: bytearray, call: Call, torn: random.Random | None = None) -> None:
    if call.name == "ftruncate":
        del content[call.offset :]
        return
    for at in range(0, len(call.data), SECTOR):
        if torn is not None and torn.random() < 1 / 8:
            continue
        start, part = call.offset + at, call.data[at : at + SECTOR]
        content.extend(bytes(max(0, start - len(content))))
        content[start : start + len(part)] = part


def test_what_is_acknowledged_outlives_a_loss_of_power(tmp_path: Path) -> None:
    strace.required()
    seed = random.randrange(2**32)
    for synchronous, is_safe in (("FULL", True), ("NORMAL", False)):
        acknowledged, lost = cuts(tmp_path / synchronous, synchronous, random.Random(seed))
        print(f"C7: {synchronous}: {CUTS} losses of power (seed {seed}), {acknowledged} acknowledged, {lost} lost")
        assert acknowledged > CUTS
        assert (lost == 0) is is_safe, "without a control run that loses the test would be blind"


def cuts(folder: Path, synchronous: str, chance: random.Random) -> tuple[int, int]:
    """How many commits had been acknowledged at all the cuts together, and how many of them were lost."""
    folder.mkdir()
    file = folder / "tracker.db"
    commits.prepare(file)
    disks = {str(file): Disk(bytearray(file.read_bytes())), f"{file}-wal": Disk(bytearray())}
    calls = recorded(file, synchronous)
    moments = set(chance.sample(range(len(calls)), min(CUTS, len(calls))))
    acknowledged, total, lost = 0, 0, 0
    for moment, call in enumerate(calls):
        if call.name == "write" and call.data.strip().isdigit():
            acknowledged = int(call.data)
        elif call.file in disks:
            disks[call.file].see(call)
        for torn in (None, chance) if moment in moments else ():
            kept = after_restart(folder / "restarted", disks, str(file), torn)
            total, lost = total + acknowledged, lost + max(0, acknowledged - kept)
    return total, lost


def recorded(file: Path, synchronous: str) -> list[Call]:
    """What is written and synced, in this order, while commits are made and acknowledged."""
    trace = file.with_name("trace")
    options = ["-y", "-xx", "-s", "100000", "-e", "signal=none", "-e", _WRITING, "-o", str(trace)]
    done = strace.run(
        options, [sys.executable, "-m", "tests.faults.commits", "powered", str(file), synchronous, str(COMMITS)]
    )
    assert done.returncode == 0, done.stderr
    return list(_calls(trace))


def _calls(trace: Path) -> Iterator[Call]:
    for line in trace.read_text().splitlines():
        found = _CALL.match(line)
        if found is None or found[3].endswith("\\x2d\\x73\\x68\\x6d"):  # the index is made anew
            continue
        name, _, file, data, first, second, _ = found.groups()
        yield Call(name, _bytes(file).decode(), _bytes(data or ""), int(second or first or 0))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def after_restart(folder: Path, disks: dict[str, Disk], name: str, torn: random.Random | None) -> int:
    """The number of commits that SQLite finds on what the disks kept: all from the first on, and a sound database."""
    folder.mkdir(exist_ok=True)
    for leftover in folder.iterdir():
        leftover.unlink()
    file = folder / "tracker.db"
    for path, disk in disks.items():
        Path(f"{file}{path.removeprefix(name)}").write_bytes(disk.after_power_loss(torn))
    return rows(file)


def rows(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as database:
        numbers = [number for (number,) in database.execute("SELECT number FROM done ORDER BY number")]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert numbers == list(range(1, len(numbers) + 1))
    return len(numbers)


def test_what_is_acknowledged_outlives_a_kill_at_any_sync(tmp_path: Path) -> None:
    strace.required()
    commits.prepare(tmp_path / "empty.db")
    rule = f"inject=fdatasync:signal=SIGKILL:when={KILLS}"
    command = [sys.executable, "-m", "tests.faults.commits", "killed", str(tmp_path), str(KILLS)]
    done = strace.run(["-o", str(tmp_path / "trace"), "-e", "trace=fdatasync", "-e", rule], command)
    assert done.returncode == 0, done.stderr
    total = 0
    for nth in range(1, KILLS + 1):
        acknowledged = len((tmp_path / str(nth) / "acknowledged").read_text().split())
        kept = rows(tmp_path / str(nth) / "tracker.db")
        assert acknowledged <= kept <= acknowledged + 1, f"killed at sync {nth}"
        total += acknowledged
    print(f"C3: killed at each of {KILLS} syncs, {total} acknowledged, 0 lost")
    assert total > KILLS


def test_the_calls_of_a_trace_are_read_as_they_were_made(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    trace.write_text(
        '12 pwrite64(5<\\x61>, "\\x41\\x42", 2, 7) = 2\n12 fdatasync(5<\\x61>) = 0\n12 ftruncate(5<\\x61>, 3) = 0\n'
    )
    disk = Disk(bytearray(b"12345678"))
    calls = list(_calls(trace))
    disk.see(calls[0])
    assert disk.after_power_loss(None) == b"12345678"
    disk.see(calls[1])
    assert disk.after_power_loss(None) == b"1234567AB"
    disk.see(calls[2])
    disk.see(calls[1])
    assert disk.after_power_loss(None) == b"123"
