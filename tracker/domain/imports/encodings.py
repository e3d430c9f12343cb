"""The text of a file of unknown encoding: the right text, or a refusal that names the line; never garbled letters."""

import re
from collections.abc import Iterator

from tracker.domain.errors import N_, FileError, InvalidError

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What å, ä, ö, é, dashes and quotes are in UTF-8. In cp1252 the same bytes are Ã¤ or â€“, which nobody writes.
_SURELY_UTF_8 = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x80-\xbf]")
_MAYBE_UTF_8 = re.compile(rb"[\xc4-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Ö” at the end of capitals, in cp1252, is also a Hebrew accent in UTF-8.
_PUNCTUATION = rb"[\x85\x91-\x97\xa0\xa7\xab\xb0\xb4\xb7\xbb\xbd]"
_EITHER = re.compile(
    rb"[\xc4\xc5\xc9\xd6]" + _PUNCTUATION + rb"|[\xe4\xe5\xe9]" + _PUNCTUATION + rb"{2}"
    rb"|\xf6" + _PUNCTUATION + rb"{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
# Inside a word cp1252 has no † or „: those are å and ä of older encodings (cp850, Mac).
_OLDER = re.compile(rb"[A-Za-z][\x80-\x89\x8b\x8d\x8f\x90\x93-\x95\x97-\x99\x9b\x9d][a-z]|[a-z][\x8a\x8c\x9f][a-z]")
_LINE_END = re.compile("\r\n|\r|\n")


def decoded(content: bytes) -> str:
    """The text of UTF-8, UTF-16 or cp1252 (and so Latin-1), without its mark. Raises InvalidError naming the line."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", ""))
    text = _in(content[len(mark) :], encoding) if encoding else _guessed(content)
    for bad in ("\0", "\ufffd"):
        if bad in text:
            raise _unreadable(text[: text.index(bad)])
    return text


def _guessed(content: bytes) -> str:
    if b"\0" in content[:2_000]:
        even, odd = content[:2_000:2].count(0), content[1:2_000:2].count(0)
        return _in(content, "utf-16-le" if odd > even else "utf-16-be")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _older(content, error)
    if is_ambiguous(content):
        raise _unreadable(content[: _HIGH.search(content).start()].decode())  # type: ignore[union-attr]
    return text


def is_ambiguous(content: bytes) -> bool:
    """Whether all that is no ASCII reads well both as UTF-8 and as cp1252. With a mark nothing is ambiguous."""
    return not _HIGH.search(_EITHER.sub(b"", content)) and _EITHER.search(content) is not None


def _older(content: bytes, error: UnicodeDecodeError) -> str:
    """cp1252, unless it is a damaged file of another encoding."""
    if _is_broken_utf_8(content):
        raise _unreadable(content[: error.start].decode("latin-1")) from error
    older = _OLDER.search(content)
    if older is not None:
        raise _unreadable(content[: older.start()].decode("latin-1"))
    return _in(content, "cp1252")


def _is_broken_utf_8(content: bytes) -> bool:
    if _SURELY_UTF_8.search(content):
        return True
    maybe = sum(1 for _ in _MAYBE_UTF_8.finditer(content))
    return maybe * 10 > sum(1 for _ in _HIGH.finditer(content))


def _in(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(content[: error.start].decode(encoding, "replace")) from error


def _unreadable(before: str) -> InvalidError:
    line = 1 + sum(1 for _ in _LINE_END.finditer(before))
    return FileError(
        N_("Line %(line)s holds letters that cannot be read for certain. Save the file as CSV UTF-8 and try again."),
        line=line,
    )


def lines(text: str) -> Iterator[str]:
    """The lines with their ends, one at a time; a copy of the whole text would cost four bytes a letter."""
    start = 0
    for end in _LINE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]
