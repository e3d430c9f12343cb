"""README and handbook: complete, joined by links that lead somewhere, and as short as promised."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement

from tracker.cli import main
from tracker.config import HANDBOOK, Settings
from tracker.web.help import markdown
from tracker.web.http import assets

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = sorted(HANDBOOK.rglob("*.md"))
ENGLISH = {file.stem: file.read_text(encoding="utf-8") for file in HANDBOOK.glob("*.md")}
SWEDISH = {file.stem: file.read_text(encoding="utf-8") for file in (HANDBOOK / "sv").glob("*.md")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its whole name."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from commands(child, (*path, name))


COMMANDS = dict(commands(main, ("tracker",)))


def section(name: str) -> str:
    """What the page of commands says beneath a command's heading."""
    found = re.search(rf"^## `{name}(?: [^`]*)?`\n(.*?)(?=^## |\Z)", ENGLISH["commands"], re.MULTILINE | re.DOTALL)
    assert found is not None, f"commands.md has no heading for {name}"
    return found[1]


def test_the_readme_fits_on_a_few_screens() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


def test_every_dependency_is_named_in_the_readme_with_its_reason() -> None:
    project = PROJECT["project"]
    groups = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    ]
    rows = re.findall(r"^\| (.+?) \| (.{10,}) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    named = {word for libraries, _reason in rows for word in re.findall(r"[\w-]+", libraries)}
    assert {Requirement(line).name for group in groups for line in group} <= named


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_handbook(name: str) -> None:
    assert re.search(rf"^\| `TRACKER_{name.upper()}` \| .+ \| .+ \|$", ENGLISH["operating"], re.MULTILINE)


def test_the_handbook_has_no_setting_that_is_none() -> None:
    named = set(re.findall(r"TRACKER_[A-Z_]+", "".join((*ENGLISH.values(), *SWEDISH.values()))))
    assert named == {f"TRACKER_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_handbook_with_its_options_and_choices(name: str) -> None:
    said = section(name)
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert f"`{parameter.opts[0]}" in said, f"{name} {parameter.opts[0]}"
        if isinstance(parameter.type, click.Choice):
            assert [choice for choice in parameter.type.choices if not re.search(rf"\b{choice}\b", said)] == []


def test_the_handbook_has_no_command_that_is_none() -> None:
    headings = re.findall(r"^## `([^`]+)`", ENGLISH["commands"], re.MULTILINE)
    assert sorted(re.sub(r" [\[A-Z].*", "", heading) for heading in headings) == sorted(COMMANDS)


@pytest.mark.parametrize("file", [README, *PAGES], ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(file: Path) -> None:
    for link in LINK.findall(file.read_text(encoding="utf-8")):
        name, _, fragment = link.partition("#")
        target = (file.parent / name).resolve() if name else file
        assert target.is_file(), link
        if fragment:
            sections = markdown.read(target.read_text(encoding="utf-8")).sections
            assert f"#{fragment}" in {each.address for each in sections}, link


@pytest.mark.parametrize("name", ENGLISH)
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    named = re.findall(r"`((?:tracker|templates|alembic|tests|seed_data)/[^`]*)`", ENGLISH[name])
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_index_has_every_page_and_the_pages_show_every_picture() -> None:
    for index, folder in ((ENGLISH["README"], HANDBOOK), (SWEDISH["README"], HANDBOOK / "sv")):
        listed = {(folder / link).resolve().stem for link in LINK.findall(index)}
        assert listed == ENGLISH.keys() - {"README"}
    for texts in (ENGLISH, SWEDISH):
        shown = {Path(link).name for text in texts.values() for link in LINK.findall(text) if link.endswith(".png")}
        assert shown == {file.name for file in (assets.FOLDER / markdown.PICTURES).iterdir()}


@pytest.mark.parametrize("name", SWEDISH)
def test_both_languages_have_the_same_sections_tables_and_pictures(name: str) -> None:
    def parts(text: str) -> list[str]:
        return re.findall(r"^(#+ |\|-|- \*\*|\d\. |!\[|```)", text, re.MULTILINE)

    assert parts(SWEDISH[name]) == parts(ENGLISH[name])


def test_what_is_to_be_installed_is_this_version_and_never_a_name_of_the_public_index() -> None:
    wheel = f"./dist/{PROJECT['project']['name'].replace('-', '_')}-{PROJECT['project']['version']}-py3-none-any.whl"
    texts = [README.read_text(encoding="utf-8"), *ENGLISH.values(), *SWEDISH.values()]
    installed = [line for text in texts for line in re.findall(r"^pip install '?([^'\s]+)'?", text, re.MULTILINE)]
    assert set(installed) == {wheel, f"{wheel}[gunicorn]"}


def test_the_distribution_cannot_be_uploaded_by_mistake() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_the_list_of_changes_begins_with_this_version_and_dates_all() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    if headings[0].endswith(" – not released"):
        headings.pop(0)
    assert headings[0].startswith(f"{PROJECT['project']['version']} – ")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ – \d{4}-\d{2}-\d{2}", heading) for heading in headings)
