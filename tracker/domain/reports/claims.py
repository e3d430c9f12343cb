"""Numbers in a text that nothing stands behind: typed by hand, not figures that open what they count."""

import re

from tracker.domain.reports import tokens
from tracker.domain.reports.english import ENGLISH
from tracker.domain.reports.swedish import SWEDISH

_MONTHS = "|".join((*SWEDISH.months.split(), *ENGLISH.months.split()))
_N = r"\d+(?:[–-]\d+)?"
_NAMED = (
    r"cykel|cykeln|cykler|cyklerna|cycles?|veckan?|veckorna|v\.|weeks?|option|etapp|steg|step|stage|fas|phase|del|part|"
    r"delleverans|delivery|punkt|point|version|release|nr|no\.|kl\.?"
)
# What has digits and counts nothing: addresses, codes, dates, times, numbers of things, lengths of time, years.
_COUNTS_NOTHING = re.compile(
    rf"(?:https?://|www\.)\S+|[\w.+-]{{1,64}}@[\w.-]+|\b[^\W\d_]+-?\d[\w-]*|\b\d+-(?:\d+-)?[^\W\d_]\w*|\b\d{{4}}-\d\d(?:-\d\d)?\b|"
    rf"\b{_N}(?:[:.]?[ae]|st|nd|rd|th)?\.?\s+(?:{_MONTHS})\b(?:,?\s+\d{{4}}(?!-))?|\b(?:{_MONTHS})\s+{_N}(?!\d)|"
    rf"\b(?:{_NAMED})\s*{_N}(?:[.:]\d\d)?(?:,?\s+(?:och|and|till|to)\s+\d+)?\b|\b\d{{1,2}}:\d\d\b|"
    rf"\b{_N}\s+(?:dag|vecka|veckor|månad|år|day|week|month|year)\w*|\b(?:1177|(?:19|20|21)\d\d)\b|^\s*\d+[.)]\s",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = r"\d+(?:[  ]\d{3})*(?:[.,]\d+)?"
_FEW = "två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_COUNTED = r"(?:arbets)?flöden|hinder|tester|testfall|beslut|workflows|blockers|tests|test cases|decisions"
_CLAIM = re.compile(
    rf"{_NUMBER}(?:\s*(?:av|of|mot|against|/|–|-)\s*(?:de |the )?{_NUMBER})?(?:\s*(?:%|procent\b|per ?cent\b))?|"
    rf"\b(?:{_FEW})\s+(?:{_COUNTED})\b|"
    r"\b(?:(?:mer än|nästan|drygt|more than|nearly|almost)\s+)?(?:dubbelt|tre gånger|twice|three times) (?:så|as) \w+|"
    r"\bhälften(?= av)|\bhalf(?= of)|\b(?:två tredjedelar|three quarters|two thirds|en tredjedel|a third(?= of))",
    re.IGNORECASE,
)


def unsourced(text: str) -> list[str]:
    """The numbers that are no figures, as they are written, each once."""
    words = "\n".join(each if isinstance(each, str) else "…" for each in tokens.parsed(text))
    return list(dict.fromkeys(" ".join(found[0].split()) for found in _CLAIM.finditer(_COUNTS_NOTHING.sub("…", words))))
