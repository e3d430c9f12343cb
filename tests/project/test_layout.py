"""The project's files lie where people and tools look for them."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tracker.config import HANDBOOK

ROOT = Path(__file__).parents[2]
PARTS = {"pyproject.toml", "tracker", "templates", "alembic", "seed_data", "tests", "README.md"}
FOR_TOOLS = {"Makefile", "uv.lock", "LICENSE", "CHANGELOG.md"}
LOCK = (ROOT / "uv.lock").read_text(encoding="utf-8")


def committed() -> list[str]:
    """What git knows or would add; what it ignores (a .venv, the demo's database) is nobody's business."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_top_level_holds_the_parts_and_what_tools_need() -> None:
    top = {path.split("/")[0] for path in committed()}
    assert {name for name in top if not name.startswith(".")} <= PARTS | FOR_TOOLS
    assert top >= PARTS


def test_the_migrations_are_no_package_that_would_hide_alembic() -> None:
    assert not list((ROOT / "alembic").rglob("__init__.py"))


def test_the_lock_names_public_hosts_only() -> None:
    hosts = {urlsplit(address).hostname for address in re.findall(r'https?://[^"\s]+', LOCK)}
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_plotly_is_pinned_to_the_release_whose_script_is_served() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert "plotly>=7.1,<7.2" in dependencies


def test_ci_runs_as_a_program() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_programme_files_keep_their_line_ends() -> None:
    attributes = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert "seed_data/*.csv -text" in attributes
    assert "seed_data/later/*.csv -text" in attributes


def test_the_readme_or_the_handbook_knows_every_target_of_make() -> None:
    targets = re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"setup", "run", "fresh", "test", "test-all", "check", "bench"} <= set(targets)
    known = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "README.md", HANDBOOK / "contributing.md"))
    assert [target for target in targets if not re.search(rf"make {target}\b", known)] == []


def test_every_picture_and_file_that_the_readme_links_is_there() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(links) >= 1
    assert [link for link in links if not (ROOT / link).is_file()] == []
