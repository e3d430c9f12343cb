"""What people write about a blocker: its fields, once for forms, commands, history, statements and files."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from tracker.domain.cells import CODE, DATE, ID, NAME, TEXT, Heading, needed, optional, words
from tracker.domain.errors import N_
from tracker.domain.fields import Field, day_of, one_of, optional_date
from tracker.domain.states import BlockerCategory
from tracker.domain.texts import filled_line, line, prose


@dataclass(frozen=True, slots=True)
class BlockerFields:
    """What people write about a blocker."""

    title: str
    category: BlockerCategory
    title_en: str = ""
    owner: str = ""
    mitigation: str = ""
    decider: str = ""
    decide_by: date | None = None
    waits_on: str | None = None


_CATEGORY = words(
    BlockerCategory,
    {
        BlockerCategory.DECISION: "beslut",
        BlockerCategory.VENDOR: "leverantör",
        BlockerCategory.INTEGRATION: "integration",
        BlockerCategory.EQUIPMENT: "utrustning",
        BlockerCategory.STAFFING: "bemanning",
        BlockerCategory.DEPENDENCY: "beroende",
        BlockerCategory.SECURITY: "säkerhet",
        BlockerCategory.DATA: "data",
        BlockerCategory.OTHER: "annat",
    },
)


@dataclass(frozen=True, slots=True)
class BlockerRow:
    """A row of blockers.csv."""

    id: Annotated[int, needed("id", ID)]
    title: Annotated[str, needed("titel", NAME)]
    title_en: Annotated[str, Heading("engelsk titel", TEXT)]
    category: Annotated[BlockerCategory, needed("kategori", _CATEGORY)]
    owner: Annotated[str, Heading("ansvarig", TEXT)] = ""
    decider: Annotated[str, Heading("beslutsfattare", TEXT)] = ""
    decide_by: Annotated[date | None, Heading("beslut senast", optional(DATE))] = None
    mitigation: Annotated[str, Heading("åtgärd", TEXT)] = ""
    waits_on: Annotated[str | None, Heading("väntar på", optional(CODE))] = None


FIELDS = {
    "title": Field(N_("Title"), filled_line),
    "title_en": Field(N_("Title in English"), line, history_label=N_("English title")),
    "category": Field(N_("Category"), one_of(BlockerCategory, N_("Choose a category from the list.")), BlockerCategory),
    "owner": Field(N_("Owner"), line),
    "mitigation": Field(N_("Mitigation"), prose),
    "decider": Field(N_("Decider"), line),
    "decide_by": Field(N_("Decide by"), optional_date, day_of),
    "waits_on": Field(N_("Waits on the workstream"), line, lambda text: text or None),
}
