"""The programme files in a zip: counted before any is unpacked, and nothing is ever written to a disk."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from tracker.domain.errors import N_, FileError
from tracker.domain.programme.files import OPTIONAL_FILES, PROGRAMME_FILES

LARGEST_UNPACKED = 40_000_000
MOST_PARTS = 100
_DIRECTORY_ENTRY = b"PK\x01\x02"
_NAMES = tuple(f"{file.name}.csv" for file in PROGRAMME_FILES)
_NEEDED = tuple(f"{file.name}.csv" for file in PROGRAMME_FILES if file not in OPTIONAL_FILES)
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others take memory before they give anything
_ENCRYPTED = 0x1
_LONGEST_SHOWN = 80
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files by name, from the zip's top or one folder in it. Raises FileError, which names what is wrong."""
    if content.count(_DIRECTORY_ENTRY) > MOST_PARTS:  # before each takes half a kilobyte
        raise FileError(N_("More than %(count)s files: pack the programme files alone."), count=MOST_PARTS)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _by_name(archive.infolist())
            if sum(part.file_size for part in parts.values()) > LARGEST_UNPACKED:  # zipfile reads no further than that
                raise FileError(N_("At most %(size)s MB once unpacked."), size=LARGEST_UNPACKED // 1_000_000)
            return {name: archive.read(part) for name, part in parts.items()}
    except _BROKEN as error:
        raise FileError(N_("The file is no zip that can be read. Pack the folder anew.")) from error


def _by_name(parts: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    folders = set()
    for part in parts:
        path = PurePosixPath(part.filename)
        shown = part.filename[:_LONGEST_SHOWN]
        if path.is_absolute() or ".." in path.parts or any(mark in part.filename for mark in "\\:"):
            raise FileError(N_("%(name)s leads out of the zip: pack the programme files alone."), name=shown)
        if part.is_dir() or path.parts[0] == "__MACOSX" or path.name.startswith("."):  # what systems add by themselves
            continue
        if path.name not in _NAMES:
            raise FileError(N_("%(name)s is none of the programme files. Take it out of the zip."), name=shown)
        if path.name in found:
            raise FileError(N_("%(name)s is in the zip twice. Take one out."), name=path.name)
        if part.compress_type not in _COMPRESSIONS or part.flag_bits & _ENCRYPTED:
            raise FileError(N_("%(name)s is encrypted or packed in an unusual way. Pack it anew."), name=path.name)
        folders.add(path.parent)
        found[path.name] = part
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise FileError(N_("%(name)s is missing from the zip, which needs all the programme files."), name=missing[0])
    if len(folders) > 1:
        raise FileError(N_("The programme files lie in several folders of the zip. Put them into one."))
    return found
