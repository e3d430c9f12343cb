"""What pages load is there, and scripts are written so that they can be put together without a tool."""

import re
from pathlib import Path

from tracker.config import STATIC, TEMPLATES

IMPORT = re.compile(r'import \{ (\w+(?:, \w+)*) \} from "(\.{1,2}/[\w/.]+\.js)";')
EXPORT = re.compile(r"export (?:async )?(?:function|const) (\w+)")
NAMES = re.compile(r"{% block (sheets|modules) %}(.*?){% endblock %}|\bsheets\(('[^)]+)\)")


def names_in(template: Path) -> set[str]:
    """The sheets and modules that a template names, as files."""
    found: set[str] = set()
    for block, names, listed in NAMES.findall(template.read_text(encoding="utf-8")):
        words = re.sub("{%.*?%}", " ", names).split() or re.findall("'([^']+)'", listed)
        found |= {f"js/{word}.js" if block == "modules" else f"css/{word}.css" for word in words}
    return found


def there(folder: str) -> set[str]:
    return {file.relative_to(STATIC).as_posix() for file in (STATIC / folder).rglob("*") if file.is_file()}


def test_pages_name_only_what_is_there_and_every_sheet_is_named() -> None:
    named = {name for template in TEMPLATES.rglob("*.html") for name in names_in(template)}
    assert sorted(named - there("css") - there("js")) == []
    assert sorted(there("css") - named) == []


def test_scripts_import_and_export_in_one_form() -> None:
    """By whole lines, each name declared where it is exported and never changed: `tracker/web/http/bundles.py`."""
    for script in sorted((STATIC / "js").rglob("*.js")):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\bimport(\(|\.meta)|^await\b", text, re.MULTILINE), script
        for line in re.findall(r"^[ \t]*(?:import|export)\b.*", text, re.MULTILINE):
            imported = IMPORT.fullmatch(line)
            assert imported or EXPORT.match(line), f"{script}: {line}"
            if imported:
                given = EXPORT.findall((script.parent / imported[2]).read_text(encoding="utf-8"))
                assert set(imported[1].split(", ")) <= set(given), f"{script}: {line}"
