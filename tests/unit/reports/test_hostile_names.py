"""Names and texts never become links or pictures in the Markdown of a report."""

from dataclasses import replace
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.unit.reports.demo import demo_report, month
from tracker.domain.reports.documents import Project, field
from tracker.exports import reports

ADDRESS = "https://tracker.example.org/items"
NAMES = [
    "[SIDU](https://evil.example)",
    "![SIDU](https://evil.example/pixel.png)",
    "SIDU!",
    "[SIDU]: https://evil.example",
    "SIDU\\",
    "<https://evil.example>",
    "<img src=x>",
    "Se https://evil.example eller www.evil.example",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_only_links_are_those_of_figures(name: str) -> None:
    material = demo_report({(month("2023-03"), "SIDU", field("summary", "sv")): f"Vi testade {name}."})
    blockers = {
        language: {id_: replace(text, title=name) for id_, text in found.items()}
        for language, found in material.blockers.items()
    }
    named = replace(material, projects=[Project("SIDU", name, name), *material.projects[1:]], blockers=blockers)
    text = reports.markdown(named.report(month("2023-03"), "sv"), named.numbers, lambda _: ADDRESS)
    tokens = [token for block in MarkdownIt("commonmark").parse(text) for token in (block, *(block.children or ()))]
    links = {token.attrs["href"] for token in tokens if token.type == "link_open"}
    assert links == {ADDRESS}
    assert not {"image", "html_block", "html_inline"} & {token.type for token in tokens}
    assert "https://evil" not in text.replace("&lt;", "")
    assert "Vi testade " in text
    assert name in [_shown(after) for token, after in pairwise(tokens) if token.tag == "h2"]


def _shown(heading: Token) -> str:
    return "".join(child.content for child in heading.children or ())
