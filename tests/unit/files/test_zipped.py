"""A zip of programme files: what is in it is counted and named before anything of it is unpacked."""

import io
import re
import time
import zipfile
from collections.abc import Mapping

import pytest

from tracker.config import SEED_DATA
from tracker.domain.errors import FileError
from tracker.domain.programme.zipped import LARGEST_UNPACKED, MOST_PARTS, unpacked

FILES = {path.name: path.read_bytes() for path in SEED_DATA.glob("*.csv")}
SOON_S = 2


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("folder", ["", "seed_data/", "Programmet våren 2023/"])
def test_the_files_from_the_top_or_from_one_folder(folder: str) -> None:
    assert unpacked(packed({f"{folder}{name}": content for name, content in FILES.items()})) == FILES


def test_a_zip_of_an_earlier_version_lacks_the_parts() -> None:
    older = {name: content for name, content in FILES.items() if name != "parts.csv"}
    assert unpacked(packed(older)) == older


def test_what_systems_add_by_themselves_is_left_out() -> None:
    added = {"seed/": b"", "__MACOSX/seed/._changes.csv": b"x", "seed/.DS_Store": b"x"}
    assert unpacked(packed(added | {f"seed/{name}": content for name, content in FILES.items()})) == FILES


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (FILES | {"../changes.csv": b""}, "../changes.csv leads out of the zip"),
        (FILES | {"/etc/passwd": b""}, "/etc/passwd leads out of the zip"),
        (FILES | {"..\\x.csv": b""}, "leads out of the zip"),
        (FILES | {"C:x.csv": b""}, "C:x.csv leads out of the zip"),
        (FILES | {"readme.txt": b""}, "readme.txt is none of the programme files"),
        (FILES | {"changes.csv/x": b""}, "changes.csv/x is none of the programme files"),
        (FILES | {"more/changes.csv": b""}, "changes.csv is in the zip twice"),
        ({name: b"" for name in FILES if name != "scope.csv"}, "scope.csv is missing from the zip"),
        ({(f"a/{name}" if name < "d" else name): b"" for name in FILES}, "in several folders"),
        ({f"{number}.csv": b"" for number in range(MOST_PARTS + 1)}, f"More than {MOST_PARTS} files"),
        ({"<script>alert(1)</script>.csv": b""}, "alert(1)"),
    ],
)
def test_a_hostile_or_wrong_zip_is_refused_by_name(files: Mapping[str, bytes], words: str) -> None:
    with pytest.raises(FileError, match=re.escape(words)) as refused:
        unpacked(packed(files))
    assert refused.value.field == "file"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_packing_is_refused(method: int) -> None:
    with pytest.raises(FileError, match="packed in an unusual way"):
        unpacked(packed(FILES, method))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    content = packed(FILES | {"notes.csv": bytes(LARGEST_UNPACKED)})
    begun = time.perf_counter()
    with pytest.raises(FileError, match="At most 40 MB once unpacked"):
        unpacked(content)
    assert time.perf_counter() - begun < SOON_S


def test_what_says_that_it_is_smaller_than_it_is_is_read_no_further() -> None:
    content = bytearray(packed({name: b"" for name in FILES if name != "notes.csv"} | {"notes.csv": bytes(1_000_000)}))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")  # the declared size
    with pytest.raises(FileError, match="no zip that can be read"):
        unpacked(bytes(content))


@pytest.mark.parametrize("content", [b"", b"PK", b"code,name\r\n", packed(FILES)[:-40], b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(FileError, match="no zip that can be read"):
        unpacked(content)


def test_an_encrypted_file_is_refused() -> None:
    content = bytearray(packed(FILES))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileError, match="is encrypted"):
        unpacked(bytes(content))
