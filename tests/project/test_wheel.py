"""A wheel, installed in an empty environment by the handbook's lines, runs the demo from an empty folder."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.counts import is_full
from tracker.config import HANDBOOK
from tracker.web.help import markdown
from tracker.web.http import assets

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 200  # the first start compiles all that it imports, on a machine that may be busy
INSTALL_TIMEOUT_S = 400  # all that is declared is fetched, over a network that may be slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel") / "dist"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_carries_templates_migrations_seed_and_translations_inside_the_package(names: set[str]) -> None:
    assert "tracker/_templates/base.html" in names
    assert "tracker/_alembic/env.py" in names
    assert {"tracker/_seed/workflows.csv", "tracker/_seed/later/workflows.csv"} <= names
    assert "tracker/translations/sv/LC_MESSAGES/messages.mo" in names
    assert {"tracker/domain/reports/swedish.toml", "tracker/domain/programme/introduction_sv.md"} <= names
    assert "tracker/web/static/vendor/htmx/htmx.min.js" in names


def test_every_page_of_the_handbook_and_every_picture_is_in_the_wheel(names: set[str]) -> None:
    files = [*HANDBOOK.rglob("*.md"), *(assets.FOLDER / markdown.PICTURES).iterdir()]
    assert {file.relative_to(ROOT).as_posix() for file in files} <= names


def test_the_files_for_operators_are_in_the_wheel(names: set[str]) -> None:
    files = [file for file in (HANDBOOK.parent / "deploy").rglob("*") if file.is_file()]
    assert len(files) > 10
    assert {file.relative_to(ROOT).as_posix() for file in files} <= names


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
    """`tracker` in an environment that was empty before the handbook's own lines were run in it."""
    folder = tmp_path_factory.mktemp("environment")
    quick = None if is_full() else quick_pip()
    venv.create(folder, with_pip=quick is None)
    surroundings = os.environ | {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(folder),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COMPILE": "1",  # half of the time, and most of it for what is never imported
    }
    for line in install_lines():
        command = line if quick is None else line.replace("pip", quick, 1)
        subprocess.run(command, shell=True, cwd=wheel.parents[1], env=surroundings, check=True)
    return folder / "bin" / "tracker"


def quick_pip() -> str | None:
    """uv's pip, which takes from the cache what `make setup` has fetched; the same line takes pip itself a minute."""
    uv = shutil.which("uv") or shutil.which("uv", path=Path(sys.executable).parent)
    return uv and f"{shlex.quote(uv)} pip"


def install_lines() -> list[str]:
    """The lines with which the handbook installs the wheel, without and with what many processes need."""
    lines = re.findall(r"^pip install .+$", (HANDBOOK / "operating.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == 2
    return lines


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
        assert process.wait(timeout=START_TIMEOUT_S) == 0
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
    with urllib.request.urlopen(request, timeout=START_TIMEOUT_S) as response:
        text: str = response.read().decode()
        return text


@pytest.mark.timeout(INSTALL_TIMEOUT_S)
def test_the_lines_of_the_handbook_install_the_command_and_what_many_processes_need(program: Path) -> None:
    told = [
        subprocess.run([each, "--version"], check=True, capture_output=True, text=True).stdout
        for each in (program, program.with_name("gunicorn"))
    ]
    assert told[0].split() == ["tracker,", "version", distribution("seven-week-tracker").version]
    assert told[1].startswith("gunicorn")


@pytest.mark.timeout(INSTALL_TIMEOUT_S)
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
