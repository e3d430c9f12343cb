"""A calendar that Outlook and others subscribe to: RFC 5545, with what RFC 7986 and Outlook add to it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar
from icalendar.enums import STATUS, TRANSP

_DAY = timedelta(days=1)
_REFRESH, _REFRESH_TEXT = timedelta(hours=6), "PT6H"
_PRODUCT = "-//Tracker//Cycles//"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something in a calendar: whole days from `first` to `last`, both counted, or an instant."""

    uid: str
    title: str
    first: date | datetime
    last: date | None = None
    text: str = ""
    address: str = ""
    is_tentative: bool = False


def calendar_text(occasions: Iterable[Occasion], *, name: str, language: str, stamp: datetime) -> bytes:
    """The file. It is the same as long as what is in it and `stamp`, when that was recorded, are."""
    calendar = icalendar.Calendar.new(
        prodid=f"{_PRODUCT}{language.upper()}", name=name, method="PUBLISH", calscale="GREGORIAN", uid="tracker-cycles"
    )
    calendar.add("REFRESH-INTERVAL", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", _REFRESH_TEXT)  # the same as Outlook reads it
    for occasion in occasions:
        calendar.add_component(_event(occasion, stamp))
    return bytes(calendar.to_ical())


def _event(occasion: Occasion, stamp: datetime) -> icalendar.Event:
    """An end is the first day after, as RFC 5545 has it. Nobody is busy because of it."""
    event = icalendar.Event.new(
        uid=occasion.uid,
        summary=_one_line(occasion.title),
        start=occasion.first,
        end=None if occasion.last is None else occasion.last + _DAY,
        stamp=stamp,
        description="\n".join(_one_line(line) for line in occasion.text.splitlines()) or None,
        url=occasion.address or None,
        status=STATUS.TENTATIVE if occasion.is_tentative else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT,
    )
    event.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
    event.add("X-MICROSOFT-CDO-ALLDAYEVENT", "FALSE" if occasion.last is None else "TRUE")
    return event


def _one_line(text: str) -> str:
    """Without control characters, which RFC 5545 has no place for."""
    return "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"} else letter for letter in text
    ).strip()
