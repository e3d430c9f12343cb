"""What people write about a blocker: its fields, once for forms, commands, history, statements and files."""

from dataclasses import dataclass
from datetime import date

from tracker.domain import cells
from tracker.domain.cells import Column, optional, required
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


@dataclass(frozen=True, slots=True)
class BlockerRow:
    """A row of blockers.csv."""

    id: int
    title: str
    title_en: str
    category: BlockerCategory
    owner: str = ""
    decider: str = ""
    decide_by: date | None = None
    mitigation: str = ""


FIELDS = {
    "title": Field(N_("Title"), filled_line),
    "title_en": Field(N_("Title in English"), line, history_label=N_("English title")),
    "category": Field(N_("Category"), one_of(BlockerCategory, N_("Choose a category from the list.")), BlockerCategory),
    "owner": Field(N_("Owner"), line),
    "mitigation": Field(N_("Mitigation"), prose),
    "decider": Field(N_("Decider"), line),
    "decide_by": Field(N_("Decide by"), optional_date, day_of),
}
_CATEGORY = cells.words(
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
COLUMNS = (
    required("title", "titel", cells.NAME),
    Column("title_en", "engelsk titel", cells.TEXT),
    required("category", "kategori", _CATEGORY),
    Column("owner", "ansvarig", cells.TEXT),
    Column("decider", "beslutsfattare", cells.TEXT),
    Column("decide_by", "beslut senast", optional(cells.DATE)),
    Column("mitigation", "åtgärd", cells.TEXT),
)
