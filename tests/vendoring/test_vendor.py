"""The committed browser libraries are the published ones, and nothing else."""

import pytest

from tests.vendoring.vendor import FOLDER, Library, read_manifest, sha384

LIBRARIES = read_manifest()


@pytest.mark.parametrize(("name", "library"), LIBRARIES.items(), ids=LIBRARIES)
def test_the_files_of_a_library_are_as_published(name: str, library: Library) -> None:
    committed = {file.name: sha384(file.read_bytes()) for file in (FOLDER / name).iterdir()}
    assert committed == {file: source["sha384"] for file, source in library["files"].items()}


@pytest.mark.parametrize(("name", "library"), LIBRARIES.items(), ids=LIBRARIES)
def test_a_library_is_pinned_and_brings_its_licence(name: str, library: Library) -> None:
    assert library["integrity"].startswith("sha512-")
    assert (FOLDER / name / "LICENSE").stat().st_size > 0


def test_every_vendored_folder_is_in_the_manifest() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == set(LIBRARIES)
