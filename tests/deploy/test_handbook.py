"""The lines that the handbook gives operators: shells can read them, and what they name is there."""

import re
import subprocess

import pytest

from tests.deploy.files import FOLDER, text_of
from tracker.config import HANDBOOK

PAGES = {name: (HANDBOOK / f"{name}.md").read_text(encoding="utf-8") for name in ("operating", "deploying", "upkeep")}


def blocks(page: str) -> list[str]:
    """The shell's lines of a page."""
    return re.findall(r"^```sh\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_a_shell_can_read_the_lines(page: str) -> None:
    assert blocks(page)
    for block in blocks(page):
        subprocess.run(["sh", "-n"], input=block, text=True, check=True)


def test_every_file_that_the_lines_name_comes_along() -> None:
    named = re.findall(r"(?<![\w/.])(?:systemd/|nginx/|postgres-|make-s)[\w./*-]+", "".join(blocks("deploying")))
    assert len(named) > 6
    assert [name for name in named if not list(FOLDER.glob(name.rstrip(".")))] == []


def test_every_file_that_comes_along_is_used_by_the_lines_or_by_another() -> None:
    files = [file for file in FOLDER.rglob("*") if file.is_file() and file.parent.name != "tracker-pages"]
    texts = {"page": PAGES["deploying"]} | {file.name: file.read_text(encoding="utf-8") for file in files}
    copied_by_pattern = {"tracker.service", "tracker-backup.service", "tracker-backup.timer", "tracker-upstream.conf"}
    for file in files:
        others = "".join(text for name, text in texts.items() if name != file.name)
        assert file.name in others or file.name in copied_by_pattern, file


def test_gunicorn_is_started_as_the_unit_starts_it() -> None:
    said = re.findall(r"^gunicorn -.+$", PAGES["deploying"], re.MULTILINE)
    assert len(said) == 1
    assert f"ExecStart=/opt/tracker/bin/{said[0]}\n" in text_of("systemd/tracker.service.d/gunicorn.conf")
