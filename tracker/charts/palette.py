"""The colours of LOOK §2 by the names of their CSS properties: figures name the property, so that a page draws them in
the reader's theme; a figure on its own has the light ones, as the tokens of the style sheets say them.
"""

import re

from tracker.config import STATIC

_TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
LIGHT = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}),", _TOKENS))
_PROPERTY = re.compile(r"var\(--([a-z0-9-]+)\)")


def colour(name: str) -> str:
    """The colour as a CSS property."""
    return f"var(--{name})"


def in_light(json: str) -> str:
    """The figure with the light theme's colours in it."""
    return _PROPERTY.sub(lambda found: LIGHT[found[1]], json)
