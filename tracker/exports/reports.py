"""The monthly report as a file: Markdown, or a page that stands alone."""

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape

from tracker.domain.reports.documents import LANGUAGES, Block, Origin, Part, Report, Run, Status, blocks
from tracker.domain.reports.numbers import Numbers
from tracker.domain.reports.tokens import Token

# Links and pictures, also where a figure's link follows, and bare addresses, which many readers turn into links.
_MARKUP = re.compile(r"[\[\]\\]|!(?=\[|$)|:(?=//)|(?<=www)\.", re.IGNORECASE)
Address = Callable[[Token], str]  # of what a figure counts; empty where there is none to give
_STYLE = (
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 'Segoe UI',Roboto,sans-serif;color:#1a1c1f}"
    "h1{font-size:1.75rem}h2{margin:2rem 0 0;border-top:2px solid;padding-top:.5rem}"
    "h3{margin-bottom:0}p,ul{margin:.375rem 0}"
    "a{color:inherit}small{color:#62666c}@page{size:A4;margin:20mm 18mm}"
    "@media print{body{max-width:none;margin:0;padding:0}h2,h3,h2+p:not(:last-child){break-after:avoid}"
    "p,li{orphans:2;widows:2}li{break-inside:avoid}p:last-child{break-before:avoid}}"
)


def nowhere(_token: Token) -> str:
    """For a file that lies apart from the pages."""
    return ""


def markdown(report: Report, numbers: Numbers, address: Address = nowhere) -> str:
    """The report as Markdown."""
    words = LANGUAGES[report.language]
    lines = [f"# {words.title(report.month)}", "", *(f"{_plain(text)}\n" for text in foot(report, numbers))]
    for part in parts(report):
        lines += [f"## {_plain(part.name)}", ""]
        lines += [f"*{note}*\n" for note in notes(part, report)]
        for title, text in sections(part, report):
            lines += [f"### {title}", ""] if title else []
            lines += _body(blocks(text, part.project, numbers, report.language), report, address)
    return "\n".join(lines).rstrip() + "\n"


def html(report: Report, numbers: Numbers, address: Address = nowhere) -> str:
    """The report as a page of its own."""
    words = LANGUAGES[report.language]
    title = escape(words.title(report.month))
    body = [f"<h1>{title}</h1>", *(f"<p><small>{escape(each)}</small></p>" for each in foot(report, numbers))]
    for part in parts(report):
        body.append(f"<section><h2>{escape(part.name)}</h2>")
        body += [f"<p><small>{escape(note)}</small></p>" for note in notes(part, report)]
        tongue = f' lang="{part.language}"' if part.language != report.language else ""
        for heading, text in sections(part, report):
            body += [f"<h3>{escape(heading)}</h3>"] if heading else []
            for block in blocks(text, part.project, numbers, report.language):
                inner = ["".join(_html_run(run, report, address) for run in line) for line in block.lines]
                body.append(
                    f"<ul{tongue}>{''.join(f'<li>{each}</li>' for each in inner)}</ul>"
                    if block.is_list
                    else f"<p{tongue}>{inner[0]}</p>"
                )
        body.append("</section>")
    return (
        f'<!doctype html>\n<html lang="{report.language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def parts(report: Report) -> list[Part]:
    """What there is to read; an introduction that nobody has written is left out."""
    return [part for part in report.parts if not (part.is_introduction and part.is_missing)]


def sections(part: Part, report: Report) -> list[tuple[str, str]]:
    """The headings of a part with their texts; nothing where nothing is written. An introduction needs no heading."""
    if part.is_introduction:
        return [("", part.summary)] if part.summary else []
    words = LANGUAGES[report.language]
    titles = words.summary_title(report.month), words.plan_title(report.month)
    return [(title, text) for title, text in zip(titles, (part.summary, part.plan), strict=True) if text]


def notes(part: Part, report: Report) -> list[str]:
    """What a reader has to know of where a part is from."""
    words = LANGUAGES[report.language]
    found = []
    if part.origin is Origin.NONE:
        found.append(words.say("nothing"))
    elif part.origin is Origin.DRAFTED and not part.is_office:
        found.append(words.say("drafted"))
    elif part.origin is Origin.WRITTEN and part.status is not Status.READY and not part.is_office:
        found.append(words.say("unfinished"))
    if part.language != report.language and part.origin is Origin.WRITTEN:
        found.append(words.say("other_language"))
    return found


def foot(report: Report, numbers: Numbers) -> list[str]:
    """As of when the figures are, and which parts are missing."""
    words = LANGUAGES[report.language]
    found = [words.say("sample")] if report.is_sample else []
    for key, instant in (("as_of", report.as_of), ("published", report.published_at)):
        if instant is not None:
            when = instant.astimezone(numbers.zone)
            found.append(words.say(key, day=words.day(when), when=when))
    if report.missing:
        found.append(words.say("missing", names="; ".join(report.missing)))
    return found


def beside(run: Run, report: Report) -> str:
    """What stands in brackets after a figure: what it is now, and what was reported; mostly nothing."""
    words = LANGUAGES[report.language]
    said = [words.say("now", value=run.now)] if run.now else []
    said += [words.say("reported", value=run.reported)] if run.reported else []
    return ", ".join(said)


def _body(found: Sequence[Block], report: Report, address: Address) -> Iterator[str]:
    for block in found:
        for line in block.lines:
            text = "".join(_markdown_run(run, report, address) for run in line)
            yield f"- {text}" if block.is_list else text.replace("#", "\\#", 1) if text.startswith("#") else text
        yield ""


def _markdown_run(run: Run, report: Report, address: Address) -> str:
    text, link, more = _plain(run.text), address(run.token) if run.token else "", beside(run, report)
    linked = f"[{text}]({link})" if link else text
    return rf"{linked} \[{more}\]" if more else linked


def _html_run(run: Run, report: Report, address: Address) -> str:
    text, link, more = escape(run.text), address(run.token) if run.token else "", beside(run, report)
    linked = f'<a href="{escape(link)}">{text}</a>' if link else text
    return f"{linked} <small>[{escape(more)}]</small>" if more else linked


def _plain(text: str) -> str:
    """No text of people's becomes markup, a link or a picture; emphasis and lists of theirs stay."""
    return _MARKUP.sub(r"\\\g<0>", text).replace("&", "&amp;").replace("<", "&lt;")
