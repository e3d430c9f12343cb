"""A wheel, installed with nothing but what it declares, runs the demo from an empty folder."""

import email
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_carries_templates_migrations_seed_and_translations_inside_the_package(names: set[str]) -> None:
    assert "tracker/_templates/base.html" in names
    assert "tracker/_alembic/env.py" in names
    assert "tracker/_seed/workflows.csv" in names
    assert "tracker/translations/sv/LC_MESSAGES/messages.mo" in names
    assert "tracker/web/static/vendor/htmx/htmx.min.js" in names


def test_the_wheel_puts_nothing_beside_the_package(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tracker"}


def test_every_migration_and_template_is_in_the_wheel(names: set[str]) -> None:
    for folder, packaged, pattern in (
        ("alembic", "_alembic", "**/*.py"),
        ("templates", "_templates", "**/*.html"),
        ("seed_data", "_seed", "*.csv"),
    ):
        here = {path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).glob(pattern)}
        there = {name.removeprefix(f"tracker/{packaged}/") for name in names}
        assert here <= there


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tracker` in an environment that holds the wheel and what it declares, and nothing else of ours."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    for name in declared(wheel):
        link(name, packages)
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--no-index",
        "--no-deps",
        "--disable-pip-version-check",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    return environment / "bin" / "tracker"


def declared(wheel: Path) -> set[str]:
    """The names of all packages that the wheel needs, through those it names."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        wanted = requirements(email.message_from_bytes(archive.read(metadata)).get_all("Requires-Dist"), {""})
    found: set[str] = set()
    while wanted:
        requirement = wanted.pop()
        if requirement.name not in found or requirement.extras:
            found.add(requirement.name)
            wanted += requirements(distribution(requirement.name).requires, requirement.extras | {""})
    return found


def requirements(lines: list[str] | None, extras: set[str]) -> list[Requirement]:
    parsed = [Requirement(line) for line in lines or []]
    return [
        each
        for each in parsed
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def link(name: str, packages: Path) -> None:
    """Makes an installed package visible in another environment."""
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or [] if not file.parts[0].startswith(".")}
    for top in tops - {"__pycache__"}:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(found.locate_file(top))))


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def demo(program: Path, port: int, tmp_path: Path) -> Iterator[str]:
    """The address of a demo that was started in an empty folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TRACKER_"))}
    output = (tmp_path.parent / f"{tmp_path.name}.log").open("w+")
    process = subprocess.Popen(
        [program, "demo", "--port", str(port)], cwd=tmp_path, env=environment, stdout=output, stderr=output
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", process)
        yield address
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
        output.seek(0)
        print(output.read())
        output.close()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    started = time.monotonic()
    while True:
        try:
            fetch(address)
        except urllib.error.URLError:
            assert process.poll() is None, "the demo ended by itself"
            assert time.monotonic() - started < START_TIMEOUT_S, "the demo does not answer"
            time.sleep(0.1)
        else:
            return


def fetch(address: str) -> str:
    request = urllib.request.Request(address, headers={"Accept-Language": "sv"})
    with urllib.request.urlopen(request, timeout=10) as response:
        text: str = response.read().decode()
        return text


def test_the_demo_of_an_installed_wheel_runs_from_an_empty_folder(demo: str, tmp_path: Path) -> None:
    page = fetch(f"{demo}/login")
    assert 'name="csrf_token"' in page
    assert "Exempeldata" in page  # the Swedish words came along
    script = re.search(r'src="([^"]*htmx[^"]*)"', page)
    assert script is not None
    assert "htmx" in fetch(demo + script[1])
    assert [path.name for path in tmp_path.iterdir()] == ["instance"]
    assert (tmp_path / "instance" / "demo.db").exists()
    shutil.rmtree(tmp_path / "instance")
