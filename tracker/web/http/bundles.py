"""Scripts of the folder `js/` as one: modules in the order in which a browser would run them, each once.

A browser learns what a module imports only when the module is there, and asks for each by itself. Here all come
together, and nothing has to be built: each becomes a function that gives what it exports. They import and export in one
form each, which a test holds.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

_IMPORT = re.compile(r'^import (\{[^}]+\}) from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)


def together(texts: Mapping[str, str], paths: Iterable[str]) -> str:
    """One module that runs those at the paths, and before each what it imports. KeyError: there is none at a path."""
    seen: set[str] = set()
    ordered = [each for path in paths for each in _after_imports(texts, path, seen)]
    return "\n".join(["const modules = {};", *(_as_function(path, texts[path]) for path in ordered)])


def _after_imports(texts: Mapping[str, str], path: str, seen: set[str]) -> Iterator[str]:
    if path not in seen:
        seen.add(path)
        for _, other in _IMPORT.findall(texts[path]):
            yield from _after_imports(texts, _beside(path, other), seen)
        yield path


def _as_function(path: str, text: str) -> str:
    body = _IMPORT.sub(lambda found: f'const {found[1]} = modules["{_beside(path, found[2])}"];', text)
    exported = ", ".join(_EXPORT.findall(text))
    return f'modules["{path}"] = (() => {{\n{_EXPORT.sub("", body)}return {{ {exported} }};\n}})();'


def _beside(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
