"""Markdown of the handbook as it stands under `/help/`."""

import pytest

from tracker.web.help import markdown
from tracker.web.http import assets


def test_html_in_markdown_is_text() -> None:
    page = markdown.read("# A <b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert) ![y](data:text/html,z)\n")
    assert "<script>" not in page.html
    assert "<b>" not in page.html
    assert 'href="javascript' not in page.html


def test_headings_get_the_anchors_of_the_repositorys_page() -> None:
    page = markdown.read("# T\n\n## Två sanningar\n\n## `tracker export NAME`\n\n## Again, again\n\n## Again, again\n")
    assert [each.address for each in page.sections] == [
        "#två-sanningar",
        "#tracker-export-name",
        "#again-again",
        "#again-again-1",
    ]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("using.md", "/help/using"),
        ("../commands.md#tracker-check", "/help/commands#tracker-check"),
        ("README.md", "/help/"),
        ("#here", "#here"),
        ("../web/static/handbook/board.png", assets.address("handbook/board.png")),
        ("https://example.org/a.md?b#c", "https://example.org/a.md?b#c"),
    ],
)
def test_links_between_the_files_become_links_between_the_pages(link: str, address: str) -> None:
    assert markdown.address(link) == address
