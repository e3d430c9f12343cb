"""What is told of the parts of shared workflows up to 14 April 2023, as plain data."""

from datetime import date
from typing import NamedTuple


class Waiver(NamedTuple):
    """A part that is not needed: said on a day by a lead of the part, or with the move into done by the owner's."""

    key: str
    stream: str
    stage: str
    note: str
    on: date | None = None


class Withdrawal(NamedTuple):
    """A signature that is taken back some days later, and given anew after that."""

    key: str
    stream: str
    stage: str
    note: str


# The streams whose part in the stage at hand lacks on 14 April; the owner's own code where it has not signed.
LACKING = {
    "AKU-002": "OPE",
    "INV-001": "PAT",
    "LAB-004": "OPE",
    "LKM-004": "PRI",
    "LKM-005": "MTE",
    "LKM-006": "OP1",
    "MTE-001": "MTE",
    "OBS-003": "LAB OPE",
    "ONK-001": "ONK",
    "OP1-001": "PAT",
}
WAIVERS = (
    Waiver(
        "KRN-003",
        "OP1",
        "test",
        "Kommunerna registrerar samtycke i sina egna system, testas inte här.",
        date(2022, 9, 30),
    ),
    Waiver(
        "PAT-010",
        "RES",
        "validation",
        "Resurserna ligger i samma mall, PAT:s validering räcker.",
        date(2022, 12, 19),
    ),
    Waiver("LAB-001", "AKU", "test", "Akuten beställer med samma bild som vårdavdelningarna, testad med ORD."),
)
WITHDRAWALS = (
    Withdrawal("OPE-004", "MTE", "test", "Fel version av pumpens drivrutin, provas igen."),
    Withdrawal("INV-002", "MDO", "test", "Ett testfall saknades i protokollet."),
    Withdrawal("LKM-001", "AKU", "validation", "Verksamheten vill se vyn en gång till."),
)
# By workflow, stream, stage and how often the stage has begun before: the day of the signature, or that there is none.
FIXED = {
    ("MDO-003", "RAP", "validation", 0): date(2023, 3, 2),
    ("MDO-003", "RAP", "validation", 1): date(2023, 3, 13),
    ("MDO-003", "RAP", "test", 0): None,
}
# From so many to so many working days a stream takes for its part. Owners do most of the work and are ready soon.
PACE = {"LAB": (4, 9), "PAT": (4, 9), "OPE": (5, 10), "MTE": (4, 9), "OP1": (2, 5), "PRI": (1, 4)}
OTHER_PACE, OWN_PACE = (0, 3), (0, 3)
SIGNED_LATE = 12
REMARKED = 0.12
REMARKS = {
    "design": ("Designen genomgången med oss.", "Våra fält finns med.", ""),
    "validation": ("Validerat på två enheter.", "Godkänt av verksamheten hos oss.", ""),
    "test": ("Våra testfall är godkända.", "Testat i båda riktningarna.", ""),
}
