"""Fetches the browser libraries that vendor.json names, byte for byte as published, and notes their hashes.

To change a version: edit it in vendor.json, empty its `integrity`, run `make vendor` and read the difference.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

MANIFEST = Path(__file__).with_name("vendor.json")
FOLDER = Path(__file__).parents[2] / "tracker" / "web" / "static" / "vendor"


class File(TypedDict):
    path: str  # inside the package
    sha384: str


class Library(TypedDict):
    package: str
    version: str
    integrity: str  # of the whole package, as the registry gives it; empty: not fetched yet
    files: dict[str, File]


class VendorError(Exception):
    """What was fetched is not what the manifest names."""


def read_manifest() -> dict[str, Library]:
    """The libraries by the name of their folder."""
    manifest: dict[str, Library] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def sha384(content: bytes) -> str:
    """A hash in the form that pages use for subresource integrity."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def fetch(name: str, library: Library) -> None:
    """Writes the library's files into its folder, and their hashes into `library`."""
    with tempfile.TemporaryDirectory() as folder:
        archive = _download(library, Path(folder))
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if library["integrity"] not in {"", integrity}:
            message = f"{library['package']} {library['version']} is not the package that vendor.json was made from"
            raise VendorError(message)
        library["integrity"] = integrity
        with tarfile.open(archive) as package:
            for file, source in library["files"].items():
                content = _member(package, source["path"])
                target = FOLDER / name / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                source["sha384"] = sha384(content)


def _download(library: Library, folder: Path) -> Path:
    spec = f"{library['package']}@{library['version']}"
    command = ["npm", "pack", "--silent", spec, "--pack-destination", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def _member(package: tarfile.TarFile, path: str) -> bytes:
    member = package.extractfile(f"package/{path}")
    if member is None:
        message = f"{path} is no file of the package"
        raise VendorError(message)
    return member.read()


def main() -> None:
    manifest = read_manifest()
    for name, library in manifest.items():
        print(f"{library['package']} {library['version']}")
        fetch(name, library)
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
