"""The colours of LOOK §2 by the names of their CSS properties: figures name the property, so that a page draws them in
the reader's theme; a figure on its own has the light ones.
"""

import re

LIGHT = {
    "paper": "#ffffff",
    "line": "#dad8d2",
    "line-strong": "#85827b",
    "ink": "#1a1c1f",
    "ink-2": "#44484e",
    "ink-3": "#62666c",
    "canvas": "#f6f5f2",
    "alert": "#b8330f",
    "alert-soft": "#fcede7",
    "s0": "#dddad3",
    "s0-edge": "#7d7f83",
    "s1": "#239c83",
    "s2": "#0b7384",
    "s3": "#25417c",
    "s4": "#0c1449",
    "heat-1": "#d3e8ec",
    "heat-2": "#8fc4ce",
    "heat-3": "#0b7384",
    "heat-4": "#0c1449",
}
_PROPERTY = re.compile(r"var\(--([a-z0-9-]+)\)")


def colour(name: str) -> str:
    """The colour as a CSS property."""
    return f"var(--{name})"


def in_light(json: str) -> str:
    """The figure with the light theme's colours in it."""
    return _PROPERTY.sub(lambda found: LIGHT[found[1]], json)
