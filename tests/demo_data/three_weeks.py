"""What happens between 14 April and the morning of 5 May 2023, as plain data."""

from datetime import date
from typing import NamedTuple


class Hold(NamedTuple):
    """A blocker that opens: of a new one all is told, of one that comes back its number is enough."""

    keys: str
    since: date
    note: str = ""
    title: str = ""
    title_en: str = ""
    category: str = ""
    owner: str = ""
    mitigation: str = ""
    decider: str = ""
    decide_by: str = ""
    released: date | None = None
    resolution: str = ""
    recorded: date | None = None
    """Later than it began."""
    number: int = 0
    waits_on: str = ""


class Release(NamedTuple):
    """A blocker of 14 April that lets go of all it holds."""

    blocker: int
    keys: str
    on: date
    resolution: str


class Part(NamedTuple):
    """What a stream says of its part; without a stage it joins. Later than it was signed where it was recorded so."""

    key: str
    workstream: str
    stage: str
    on: date
    event: str = "signed"
    note: str = ""
    recorded: date | None = None


class NewFlow(NamedTuple):
    """A workflow that is thought of after 14 April, and the day on which it is planned for cycle 6."""

    stream: str
    name: str
    name_en: str
    owner: str
    description: str
    created: date
    planned: date | None
    priority: str = "3"


# The states that each workflow goes through; one that is lower than the one before is a move back.
PATHS = {
    **dict.fromkeys(
        (
            *("BUS-003", "DVP-009", "INV-003", "KRN-010", "MDO-012", "ONK-001", "OPE-007", "OPE-009", "PAT-016"),
            *("PAT-020", "PSY-003", "REH-005", "LKM-004", "AKU-002", "MAT-004", "ORD-006", "IVA-001"),
        ),
        "done",
    ),
    **dict.fromkeys(("AKU-007", "DVP-010", "LAB-004", "LKM-006"), "test done"),
    **dict.fromkeys(("AKU-008", "LKM-015", "OPE-011"), "validation test"),
    **dict.fromkeys(
        (
            *("BUS-004", "IVA-004", "LAB-008", "MBI-006", "ONK-004", "ORD-011", "PAT-018", "RAP-002", "MDO-011"),
            *("OPE-006", "INV-001", "PRI-007", "LAB-009", "OBS-009"),
        ),
        "test",
    ),
    **dict.fromkeys(
        (
            *("LAB-011", "MBI-007", "OBS-008", "DRS-001", "DVP-011", "IVA-007", "LAB-007", "LKM-016", "MDO-010"),
            *("MTE-004", "ONK-005", "PRI-006", "RAP-003", "PAT-019"),
        ),
        "validation",
    ),
    **dict.fromkeys(("INV-005", "MBI-008", "OP1-006", "ORD-008", "PAT-021", "RES-007", "DRS-003"), "design validation"),
    **dict.fromkeys(("LKM-018", "OP1-005", "DRS-004", "DRS-005", "DRS-007"), "design"),
    "PRI-010": "validation test done",
    "PSY-007": "test validation test",
    "RES-006": "validation",
    "ORD-010": "validation design",
}
NOT_BEFORE = {"DRS-007": date(2023, 4, 24), "OP1-006": date(2023, 4, 20), "LKM-018": date(2023, 4, 26)}
RECORDED_LATE = ("OPE-007", "LAB-011", "RAP-002", "DRS-003", "ONK-005", "PAT-018", "MBI-006")
THIS_MORNING = ("PAT-021", "ORD-011", "REH-005")
CHOSEN_WRONGLY = {"MDO-011": "done"}
MISTAKEN_FOR = {"OPE-009": "OPE-010"}

RELEASES = (
    Release(71, "LKM-004", date(2023, 4, 18), "Registret är omladdat och kontrollerat."),
    Release(74, "AKU-002", date(2023, 4, 19), "Testtillfället i AKU flyttat till vecka 17."),
    Release(70, "ORD-006", date(2023, 4, 20), "Ny drivrutin installerad, formatet stämmer."),
    Release(61, "LKM-006", date(2023, 4, 20), "Orsakerna finns i listan efter konfiguration."),
    Release(72, "MAT-004", date(2023, 4, 21), "Läsaren är levererad och provad."),
    Release(66, "PAT-019", date(2023, 4, 24), "Beslutat: samma avgiftsregler gäller hos privata utförare."),
    Release(64, "LAB-004", date(2023, 4, 25), "Kvittensen kommer fram från blodcentralens testmiljö."),
    Release(68, "OPE-006", date(2023, 4, 27), "LAB:s flöde för blod är i test."),
    Release(69, "IVA-001", date(2023, 4, 27), "Vyn öppnas på tre sekunder efter rättning."),
    Release(
        41,
        "EXT-001 EXT-002 EXT-003 EXT-004",
        date(2023, 4, 28),
        "Programstyrgruppen har beslutat att alla externa utförare med avtal ingår.",
    ),
    Release(65, "INV-001", date(2023, 4, 28), "Mallarna för webbtider är öppnade."),
    Release(73, "PRI-007", date(2023, 5, 2), "Validerare från Närhälsan på plats från vecka 18."),
    Release(50, "LAB-003", date(2023, 5, 3), "Mappningstabellen omfattar alla laboratorier."),
)
HOLDS = (
    Hold(
        "MDO-011 DVP-010",
        date(2023, 4, 17),
        "Hände tre gånger i förra veckans validering.",
        "Signering hänger sig när två har posten öppen",
        "Signing hangs when two people have the record open",
        "vendor",
        "Leverantörssamordnare",
        "Ärende hos Cerner med hög prioritet.",
        released=date(2023, 4, 25),
        resolution="Rättat av Cerner, provat med två användare.",
    ),
    Hold(
        "PAT-016",
        date(2023, 4, 18),
        "Fel veckonummer igen, nu bara i månadsvyn.",
        released=date(2023, 4, 24),
        resolution="Rättat även i månadsvyn.",
        number=48,
    ),
    Hold(
        "KRN-010",
        date(2023, 4, 19),
        "",
        "Kortläsare saknas på två testplatser",
        "Card readers missing at two test stations",
        "equipment",
        "Teknikansvarig",
        "Läsare lånas från utbildningssalen.",
        released=date(2023, 4, 24),
        resolution="Två kortläsare på plats.",
    ),
    Hold(
        "IVA-006",
        date(2023, 4, 21),
        "",
        "Ingen validerare från intensivvården före 8 maj",
        "No validator from intensive care before 8 May",
        "staffing",
        "Testledare",
        "Intensivvården på NÄL tillfrågas.",
        recorded=date(2023, 4, 24),
    ),
    Hold(
        "OBS-003",
        date(2023, 4, 25),
        "Larmet syns i vyn men skickas inte vidare.",
        "Larm till blodcentral och operation når inte fram",
        "Alerts to the blood centre and the theatre do not arrive",
        "integration",
        "Integrationsansvarig",
        "Felsöks tillsammans med OPE och LAB.",
    ),
    Hold(
        "REH-006",
        date(2023, 4, 26),
        "",
        "Ej beslutat vem som beviljar hjälpmedel åt kommunen",
        "Not decided who grants assistive devices for the municipality",
        "decision",
        "Projektledare SoKI",
        "Förslag bereds med hjälpmedelscentralen.",
        "Programledningsgruppen",
        "2023-05-04",
    ),
    Hold(
        "MDO-010",
        date(2023, 4, 27),
        "",
        "Testpatienter med samordningsnummer saknas",
        "Test patients with coordination numbers are missing",
        "data",
        "Testdataansvarig",
        "Tio testpatienter läggs upp.",
        released=date(2023, 5, 2),
        resolution="Testpatienterna är upplagda.",
    ),
    Hold(
        "LAB-009",
        date(2023, 5, 2),
        "",
        "Etiketten skrivs ut två gånger vid omtag",
        "The label prints twice on a retry",
        "vendor",
        "Leverantörssamordnare",
        "Ärende hos Cerner.",
    ),
    Hold(
        "DRS-002",
        date(2023, 5, 3),
        "Berör alla som ska bemanna supporten.",
        "Behörighet för supportpersonal ej utredd",
        "Access for support staff not investigated",
        "security",
        "Informationssäkerhetssamordnare",
        "Behörighetsrollerna gås igenom före generalrepetitionen.",
    ),
)

NEW_FLOWS = (
    NewFlow(
        "DRS",
        "Bemanna telefonstöd första veckan",
        "Staff the telephone support in the first week",
        "Supportansvarig",
        "Stödet tar emot samtal dygnet runt från den första dagen och hänvisar vidare till rätt ström.",
        date(2023, 4, 19),
        None,
        "2",
    ),
    NewFlow(
        "PAT",
        "Boka tolk till besök",
        "Book an interpreter for a visit",
        "Analytiker PAT",
        "Tolk bokas tillsammans med besöket och avbokas när besöket avbokas.",
        date(2023, 4, 18),
        date(2023, 5, 2),
    ),
    NewFlow(
        "LKM",
        "Lämna ut dosdispenserade läkemedel vid utskrivning",
        "Hand out multi-dose dispensed drugs at discharge",
        "Farmaceut",
        "",
        date(2023, 4, 20),
        date(2023, 5, 3),
    ),
    NewFlow(
        "OBS",
        "Eftervårdsbesök för mor och nyfödd",
        "Postnatal visit for mother and newborn",
        "Barnmorska",
        "",
        date(2023, 4, 24),
        date(2023, 5, 3),
    ),
    NewFlow(
        "LAB",
        "Visa provsvar i journalen via nätet",
        "Show results in the online record",
        "Analytiker LAB",
        "",
        date(2023, 4, 26),
        date(2023, 5, 4),
    ),
    NewFlow(
        "OP1",
        "Meddela att patienten är utskrivningsklar",
        "Tell the municipality that the patient is ready for discharge",
        "Samordnare kommun",
        "Kommunen får meddelandet samma dag, även på helger.",
        date(2023, 4, 27),
        date(2023, 5, 4),
        "2",
    ),
    NewFlow("RAP", "Uppföljning av vårdplatser", "Follow-up of beds", "Analytiker RAP", "", date(2023, 5, 2), None),
)
ADDED = ("DRS-007", date(2023, 4, 20), "decision", "Behövs enligt programledningsgruppen.")
REMOVED = ("PSY-008", date(2023, 4, 26), "capacity", "Designen hinns inte med före sommaren, planeras i cykel 6.")
PLANNED = {"EXT-004": date(2023, 5, 2), "PSY-008": date(2023, 5, 3)}

PARTS = (
    Part("LKM-004", "PRI", "test", date(2023, 4, 19), note="Det omladdade registret fungerar även i primärvården."),
    Part("LKM-005", "MTE", "test", date(2023, 4, 20), recorded=date(2023, 4, 21)),
    Part("LKM-006", "OP1", "validation", date(2023, 4, 21)),
    Part("LAB-004", "OPE", "validation", date(2023, 4, 25), note="Kvittensen når operation."),
    Part("LKM-006", "PAT", "test", date(2023, 4, 26)),
    Part("LKM-006", "LKM", "test", date(2023, 4, 26)),
    Part("LAB-004", "OPE", "test", date(2023, 4, 27)),
    Part("LAB-004", "OBS", "test", date(2023, 4, 27)),
    Part("LAB-003", "ORD", "test", date(2023, 4, 27), "withdrawn", "Etiketten ändrad i ny release, testas om."),
    Part("AKU-002", "OPE", "test", date(2023, 4, 28), note="De två sista testfallen körda tillsammans med AKU."),
    Part("LKM-020", "OP1", "", date(2023, 4, 25), "joined", "Kommunen tar över läkemedlen vid utskrivning."),
    Part("OBS-011", "BUS", "", date(2023, 4, 28), "joined"),
    Part("INV-001", "PAT", "validation", date(2023, 5, 3), note="Mallarna är öppnade, bokningen går igenom."),
    Part("LKM-006", "OP1", "test", date(2023, 5, 3)),
    Part("OP1-007", "PAT", "", date(2023, 5, 4), "joined"),
    Part("OP1-001", "PAT", "validation", date(2023, 5, 5)),
)

BLOCKER_NOTES = (
    (42, date(2023, 4, 27), "Underlaget räckte inte. Tas upp igen på programstyrgruppens möte den 11 maj."),
    (41, date(2023, 4, 21), "Underlaget är klart och utskickat till programstyrgruppen."),
    (44, date(2023, 4, 19), "Cerner kan återskapa felet. Rättning utlovad till nästa release."),
    (44, date(2023, 5, 3), "Releasen är flyttad till vecka 20."),
    (49, date(2023, 4, 20), "Leverantören av kiosken har certifikatet, provas vecka 19."),
    (52, date(2023, 4, 25), "Övervakaren från SÄS levereras vecka 19."),
    (57, date(2023, 5, 2), "Juristens utkast är på remiss hos kommunerna till den 12 maj."),
    (58, date(2023, 4, 26), "Reservplanen är skriven och granskas av radiologin."),
    (59, date(2023, 4, 28), "Workshop hållen. Reservnummer går att använda, konfiguration beställd."),
    (60, date(2023, 5, 3), "VästKom och VGR har enats i sak, beslut väntas den 5 maj."),
)
WORKFLOW_NOTES, CHECKS, CHECKS_THIS_MORNING = 24, 44, 4
