"""Headings of people's spreadsheets, in Swedish and English and as other tools have them, and the fields they mean."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from tracker.domain.cells import unguarded

Known = Callable[[str], bool]  # whether a heading is one that can be imported


class Field(StrEnum):
    """What a column can be imported as."""

    KEY = "key"
    NAME = "name"
    NAME_EN = "name_en"
    DESCRIPTION = "description"
    WORKSTREAM = "workstream"
    OTHER_WORKSTREAMS = "other_workstreams"
    OWNER = "owner"
    PRIORITY = "priority"
    STATE = "state"
    HAPPENED_ON = "happened_on"
    REASON = "reason"


# The best first: where a file has several of them, the others are not imported unless somebody chooses so.
_SYNONYMS: Mapping[Field, str] = {
    Field.KEY: "key, nyckel, workflow key, flödesnyckel, arbetsflöde id, issue key, ärendenyckel, reference, referens,"
    " id, nr, nummer, number, kod, code",
    Field.NAME: "name, namn, arbetsflöde, workflow, flöde, flödesnamn, workflow name, namn på arbetsflöde, title,"
    " titel, summary, sammanfattning, rubrik, benämning, aktivitet, task name, uppgift, task",
    Field.NAME_EN: "name en, engelskt namn, english name, name (english), namn (engelska), english title",
    Field.DESCRIPTION: "description, beskrivning, details, detaljer, comment, kommentar, anteckning, anteckningar,"
    " notes",
    Field.WORKSTREAM: "workstream, arbetsström, ström, owning workstream, ägande arbetsström, stream, area path,"
    " områdessökväg, component/s, components, component, komponent, delprojekt, team, swimlane, simbana, category,"
    " kategori, project key, project name, project, projekt",
    Field.OTHER_WORKSTREAMS: "other workstreams, andra arbetsströmmar, övriga arbetsströmmar, delas med, shared with,"
    " berörda arbetsströmmar, participating workstreams",
    Field.OWNER: "owner, ansvarig, ägare, assignee, assigned to, tilldelad, tilldelad till, handläggare, assignee"
    " name, assignee username, responsible, flödesägare, kontaktperson",
    Field.PRIORITY: "priority, prioritet, prio",
    Field.STATE: "state, tillstånd, board column, column, kolumn, status, läge, steg, fas, stage, phase, skede",
    Field.HAPPENED_ON: "happened on, datum då det hände, hände, datum, date, state change date, status category"
    " changed, changed date, ändringsdatum, ändrad, updated, uppdaterad, modification date, senast ändrad",
    Field.REASON: "reason, orsak, anledning, skäl",
}
_RANKS = {word: (field, rank) for field, text in _SYNONYMS.items() for rank, word in enumerate(text.split(", "))}


def heading_text(cell: str) -> str:
    """The heading on one line, as the file has it."""
    return " ".join(unguarded(cell).split())


def is_known(heading: str) -> bool:
    """Whether some field goes by that name."""
    return folded_heading(heading) in _RANKS


def guess(headings: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[Field | None, ...]:
    """The field of each column, where its heading is one that we know. A number of another tool is no key here."""
    best: dict[Field, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        if folded_heading(heading) not in _RANKS:
            continue
        field, rank = _RANKS[folded_heading(heading)]
        if field is Field.KEY and not _has_keys(place, sample):
            continue
        best[field] = min(best.get(field, (rank, place)), (rank, place))
    chosen = {place: field for field, (_, place) in best.items()}
    return tuple(chosen.get(place) for place in range(len(headings)))


def _has_keys(place: int, sample: Sequence[Sequence[str]]) -> bool:
    cells = [row[place].strip() for row in sample if place < len(row) and row[place].strip()]
    return not cells or not all(cell.isdecimal() for cell in cells)


def folded_heading(heading: str) -> str:
    """The heading as it is looked up: without regard to capitals, underscores and punctuation at its ends."""
    words = " ".join(heading_text(heading).casefold().replace("_", " ").split())
    return words.strip(" :*")
