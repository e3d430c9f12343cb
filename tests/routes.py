"""Applications that are made quickly. Werkzeug writes and compiles two functions for each of our hundred routes
whenever an application is made, which is most of what that takes. They hang on the text of the route alone.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from werkzeug.routing import Rule

_Builder: TypeAlias = Callable[..., tuple[str, str]]
_compile: Callable[[Rule, bool], _Builder] | None = getattr(Rule, "_compile_builder", None)
_compiled: dict[Any, _Builder] = {}


def compile_once() -> None:
    """From now on the functions of a route are compiled once per process, unless Werkzeug has changed how it works."""
    if _compile is not None:
        Rule._compile_builder = _once  # type: ignore[assignment, method-assign]


def _once(rule: Rule, append_unknown: bool = True) -> _Builder:
    assert _compile is not None
    if rule.defaults:
        return _compile(rule, append_unknown)
    key = (*rule._trace, append_unknown)
    if key not in _compiled:
        _compiled[key] = _compile(rule, append_unknown)
    return _compiled[key]
