"""A month's report as a whole: its parts, what was written or drafted in each, and its texts with figures looked up."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple, Self

from tracker.domain.cells import instant_text, read_instant
from tracker.domain.language import text_in
from tracker.domain.reports import tokens
from tracker.domain.reports.english import ENGLISH
from tracker.domain.reports.facts import Blocked, BlockerText, month_facts, question
from tracker.domain.reports.language import Language
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import Numbers
from tracker.domain.reports.swedish import SWEDISH
from tracker.domain.reports.tokens import INTRODUCTION, PROGRAMME, Token

LANGUAGES: Mapping[str, Language] = {"sv": SWEDISH, "en": ENGLISH}
SECTIONS = ("summary", "plan")
_OFFICE = {INTRODUCTION: "introduction", PROGRAMME: "programme"}
STATUS = "status"
# The order that the programme's report has had. What is not in it stands after, by name.
ORDER = ("SOKI", "SIDU", "MIG", "TEST", "INFO", "UTB", "IMP", "KOM", "PRIV", "DRIFT", "TEK", "FORV")
_ITEM = re.compile(r"[-*•]\s+")


class Status(StrEnum):
    """How far a project has come with its part."""

    NOT_BEGUN = "not_begun"
    DRAFT = "draft"
    READY = "ready"


class Origin(StrEnum):
    """Where a part's text is from."""

    WRITTEN = "written"
    DRAFTED = "drafted"  # from the history, by nobody
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Part:
    """What a project reports. `language` is that of the text, where that of the report has none. The introduction's
    text is its summary.
    """

    project: str
    name: str
    status: Status
    origin: Origin
    language: str
    summary: str = ""
    plan: str = ""

    @property
    def is_office(self) -> bool:
        """Whether it is the programme office's own, which nobody waits to have marked as ready."""
        return self.project in _OFFICE

    @property
    def is_introduction(self) -> bool:
        """Whether it is the standing text that the report begins with."""
        return self.project == INTRODUCTION

    @property
    def is_missing(self) -> bool:
        """Whether the report lacks it: an introduction that is empty, or a project's part that is not ready."""
        if self.is_introduction:
            return self.origin is Origin.NONE
        return self.status is not Status.READY and not self.is_office


@dataclass(frozen=True, slots=True)
class Report:
    """A month's report in a language."""

    month: Month
    language: str
    as_of: datetime
    parts: Sequence[Part]
    published_at: datetime | None = None
    is_sample: bool = False  # of a demo: all made up

    @property
    def missing(self) -> list[str]:
        """The parts that it lacks, by name."""
        return [part.name for part in self.parts if part.is_missing]

    def frozen(self) -> str:
        """The report as it is kept once it is published."""
        kept = {"as_of": instant_text(self.as_of), "parts": [asdict(part) for part in self.parts]}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def thawed(cls, text: str, month: Month, language: str, published_at: datetime) -> Self:
        """The report that was kept."""
        kept = json.loads(text)
        parts = [
            Part(**{**part, "status": Status(part["status"]), "origin": Origin(part["origin"])})
            for part in kept["parts"]
        ]
        return cls(month, language, read_instant(kept["as_of"]), parts, published_at)


class Project(NamedTuple):
    """A project by its code and its names."""

    code: str
    name: str
    name_en: str


Texts = Mapping[tuple[Month, str, str], str]  # by month, project and field: what stands


def sections_of(project: str) -> tuple[str, ...]:
    """The texts of a part."""
    return (INTRODUCTION,) if project == INTRODUCTION else SECTIONS


def field(section: str, language: str) -> str:
    """What a text is kept under."""
    return f"{section}_{language}"


@dataclass(frozen=True, slots=True)
class Material:
    """All that reports are made of."""

    numbers: Numbers
    projects: Sequence[Project]
    blockers: Mapping[str, Mapping[int, BlockerText]]  # by language
    texts: Texts

    def report(self, month: Month, language: str) -> Report:
        """The month's report as it stands."""
        codes = [INTRODUCTION, PROGRAMME, *(each.code for each in in_order(self.projects, language))]
        return Report(month, language, self.numbers.as_of, [self.part(month, code, language) for code in codes])

    def part(self, month: Month, project: str, language: str) -> Part:
        """What is written for the project, in this language or else the other; or what the history drafts."""
        name, status = self._name(project, language), self.status(month, project)
        for tongue in (language, *(each for each in LANGUAGES if each != language)):
            summary, plan = self._written(month, project, tongue)
            if summary or plan:
                return Part(project, name, status, Origin.WRITTEN, tongue, summary, plan)
        summary, plan = self.draft(month, project, language)
        return Part(project, name, status, Origin.DRAFTED if summary else Origin.NONE, language, summary, plan)

    def status(self, month: Month, project: str) -> Status:
        """How far the project has come."""
        kept = self.texts.get((month, project, STATUS), "")
        return Status(kept) if kept else Status.NOT_BEGUN

    def text(self, month: Month, project: str, section: str, language: str) -> str:
        """What is written; empty where nothing is. An introduction stands until a later month has another."""
        name = field(section, language)
        if project != INTRODUCTION:
            return self.texts.get((month, project, name), "")
        standing = [
            (at, text)
            for (at, of, field_), text in self.texts.items()
            if (of, field_) == (project, name) and at <= month
        ]
        return max(standing)[1] if standing else ""

    def is_carried(self, month: Month, language: str) -> bool:
        """Whether the month's introduction is an earlier month's."""
        name = field(INTRODUCTION, language)
        is_own = (month, INTRODUCTION, name) in self.texts
        return not is_own and bool(self.text(month, INTRODUCTION, INTRODUCTION, language))

    def draft(self, month: Month, project: str, language: str) -> tuple[str, str]:
        """Both sections from the history; empty for a project without workflows."""
        if project not in self.numbers.projects:
            return "", ""
        facts = month_facts(self.numbers, month, project, self.blockers[language], self._named(month, project))
        if facts is None:
            return "", ""
        words = LANGUAGES[language]
        return words.summary(facts), words.plan(facts)

    def last_plan(self, month: Month, project: str, language: str) -> str:
        """What last month's report planned for this one."""
        return self.part(month.previous, project, language).plan

    def outcomes(self, month: Month, project: str, language: str) -> list["PlanResult"]:
        """Each point of last month's plan with what the history knows to have come of it."""
        plan = self.last_plan(month, project, language)
        return [
            PlanResult(point, [each for token in tokens.tokens(point) for each in self._outcome(token, month, project)])
            for point in _points(plan)
        ]

    def _named(self, month: Month, project: str) -> set[str] | None:
        """The cycles and blockers in last month's written plan; none where none was written."""
        plans = [self.text(month.previous, project, "plan", language) for language in LANGUAGES]
        if not any(plans):
            return None
        found = [token for plan in plans for token in tokens.tokens(plan)]
        return {str(token.place or token.blocker) for token in found}

    def _outcome(self, token: Token, month: Month, project: str) -> Iterator["PointResult"]:
        numbers = self.numbers
        if token.blocker is not None and project in numbers.projects:
            blocked = question(numbers, token.blocker, month, project, self.blockers)
            yield PointResult(token, token.shown, blocked=blocked)
        kind, stage, goal = token.figure.partition("_")
        place, whose = token.place, token.project or project
        if kind not in {"committed", "members", "left"} or place is None or place.cycle not in numbers.cycles:
            return
        is_counted = whose in numbers.projects
        met, whole = (
            numbers.value(f"{name}{stage}{goal}", place, whose) if is_counted else None for name in ("met", "members")
        )
        is_left = kind == "left" and whole is not None
        yield PointResult(token, str(whole) if is_left else token.shown, met if isinstance(met, int) else None)

    def _written(self, month: Month, project: str, language: str) -> tuple[str, str]:
        texts = [self.text(month, project, section, language) for section in sections_of(project)]
        return texts[0], texts[1] if len(texts) > 1 else ""

    def _name(self, project: str, language: str) -> str:
        if project in _OFFICE:
            return LANGUAGES[language].say(_OFFICE[project])
        return next((text_in(language, each, "name") for each in self.projects if each.code == project), project)


class PointResult(NamedTuple):
    """What came of something in a plan: how many of the whole met the goal, or how it stands with a question."""

    token: Token
    whole: str
    met: int | None = None
    blocked: Blocked | None = None


class PlanResult(NamedTuple):
    """A point of a plan, and what came of it as far as the history knows."""

    point: str
    came: Sequence[PointResult]


def in_order(projects: Sequence[Project], language: str) -> list[Project]:
    """As the report has them."""
    places = {code: place for place, code in enumerate(ORDER)}
    return sorted(projects, key=lambda each: (places.get(each.code, len(ORDER)), text_in(language, each, "name")))


class Run(NamedTuple):
    """A piece of a text: words, or a figure with what it is now where that differs, and what was reported."""

    text: str
    token: Token | None = None
    now: str = ""
    reported: str = ""


class Block(NamedTuple):
    """A paragraph, or a list of them."""

    is_list: bool
    lines: Sequence[Sequence[Run]]


Read = Callable[[str], list[Block]]


def blocks(text: str, project: str, numbers: Numbers, language: str) -> list[Block]:
    """The text in paragraphs and lists, with every figure in it looked up. An introduction's are the programme's."""
    project = PROGRAMME if project == INTRODUCTION else project
    found: list[Block] = []
    for is_item, words in _pieces(text):
        line = _runs(words, project, numbers, language)
        if is_item and found and found[-1].is_list:
            found[-1] = found[-1]._replace(lines=[*found[-1].lines, line])
        else:
            found.append(Block(is_item, [line]))
    return found


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """The paragraphs, the lines of each in one; those of a list by themselves, told as such."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for is_item, lines in groupby(paragraph.splitlines(), lambda line: bool(_ITEM.match(line))):
            if is_item:
                yield from ((True, _ITEM.sub("", line, count=1)) for line in lines)
            elif words := " ".join(line.strip() for line in lines).strip():
                yield False, words


def _runs(text: str, project: str, numbers: Numbers, language: str) -> list[Run]:
    return [
        Run(each) if isinstance(each, str) else _looked_up(each, project, numbers, language)
        for each in tokens.parsed(text)
    ]


def _looked_up(token: Token, project: str, numbers: Numbers, language: str) -> Run:
    token = replace(token, project=token.project or project)
    if token.blocker is not None or token.place is None or not numbers.knows(token.figure, token.place, token.project):
        return Run(token.shown, token if token.blocker is not None else None)
    now = numbers.value(token.figure, token.place, token.project)
    reported = numbers.reported(token.figure, token.place, token.project)
    write = LANGUAGES[language].decimal
    differs = now is not None and Decimal(now) != token.value
    return Run(
        token.shown,
        token,
        write(Decimal(now)) if differs and now is not None else "–" if now is None else "",
        write(Decimal(reported)) if reported is not None and reported != now and token.is_bare else "",
    )


def _points(plan: str) -> Iterator[str]:
    """The paragraphs of a plan, each line of a list by itself."""
    for paragraph in re.split(r"\n\s*\n", plan.strip()):
        lines = paragraph.splitlines()
        if any(_ITEM.match(line) for line in lines):
            yield from (_ITEM.sub("", line, count=1) for line in lines if _ITEM.match(line))
        elif paragraph:
            yield " ".join(lines)


def reported_months(first: date | None, today: date) -> list[Month]:
    """The months that there is a report of, the newest first."""
    month, found = Month.of(today), []
    earliest = Month.of(first) if first is not None else month
    while month >= earliest:
        found.append(month)
        month = month.previous
    return found
