"""What the demo programme must show, as plain data: projects, workstreams, cycles and counts."""

from datetime import date
from typing import NamedTuple

DASH = "\N{EN DASH}"


class Project(NamedTuple):
    code: str
    name: str
    name_en: str
    first_cycle: int


PROJECTS = (
    Project(
        "SOKI",
        f"SoKI {DASH} Standardisering och kliniskt innehåll",
        f"SoKI {DASH} Standardisation and clinical content",
        1,
    ),
    Project(
        "SIDU",
        f"SIDU {DASH} Standardisering och innehåll diagnostik och utredning",
        f"SIDU {DASH} Standardisation and content for diagnostics and investigation",
        1,
    ),
    Project("MIG", "Migrering av data", "Data migration", 1),
    Project("TEST", "Test", "Test", 1),
    Project(
        "INFO",
        "Informationssäkerhet och dataskydd",
        "Information security and data protection",
        1,
    ),
    Project("UTB", "Utbildning", "Training", 1),
    Project("IMP", "Implementering", "Implementation", 1),
    Project("KOM", "Kommuner, VästKom", "Municipalities, VästKom", 1),
    Project("PRIV", "Privata vårdgivare", "Private care providers", 1),
    Project("DRIFT", "Förberedelser inför driftstart", "Preparations for go-live", 5),
    Project("TEK", "Teknik och arkitektur", "Technology and architecture", 1),
    Project("FORV", "Support och förvaltning", "Support and maintenance", 1),
)


class Progress(NamedTuple):
    """How many workflows of a stream stand where on 14 April 2023."""

    total: int
    done_by_cycle_2: int
    done_in_cycle_3: int
    done_in_cycle_4: int
    done_in_cycle_5: int
    in_test: int
    in_validation: int
    in_design: int
    not_started: int
    to_be_tested_in_cycle_5: int
    open_blockers: int


class Limits(NamedTuple):
    design: int
    validation: int
    test: int


class Workstream(NamedTuple):
    code: str
    name: str
    name_en: str
    project: str
    progress: Progress
    owners: tuple[str, ...]
    limits: Limits | None = None


WORKSTREAMS = (
    Workstream(
        "PAT",
        "Patientadministration, tidbok och remisser",
        "Patient administration, scheduling and referrals",
        "SOKI",
        Progress(22, 4, 4, 6, 1, 2, 2, 1, 2, 4, 2),
        ("Vårdadministratör", "Analytiker PAT", "Enhetschef mottagning"),
        Limits(3, 3, 3),
    ),
    Workstream(
        "LKM",
        "Läkemedel",
        "Medication",
        "SOKI",
        Progress(18, 2, 2, 6, 1, 2, 2, 2, 1, 4, 3),
        ("Farmaceut", "Analytiker LKM", "Läkemedelsansvarig sjuksköterska"),
        Limits(3, 3, 3),
    ),
    Workstream(
        "ORD",
        "Ordination och beställningar",
        "Prescribing and ordering",
        "SOKI",
        Progress(12, 2, 2, 3, 1, 1, 1, 1, 1, 2, 1),
        ("Överläkare", "Analytiker ORD"),
    ),
    Workstream(
        "MDO",
        "Medicinsk dokumentation",
        "Medical documentation",
        "SOKI",
        Progress(14, 2, 2, 4, 2, 1, 1, 1, 1, 4, 0),
        ("Medicinsk sekreterare", "Överläkare", "Analytiker MDO"),
        Limits(2, 2, 2),
    ),
    Workstream(
        "DVP",
        "Dokumentation vårdprofession",
        "Documentation by care professionals",
        "SOKI",
        Progress(12, 2, 2, 4, 1, 1, 1, 1, 0, 3, 0),
        ("Sjuksköterska", "Analytiker DVP", "Vårdutvecklare"),
    ),
    Workstream(
        "AKU",
        "Akutsjukvård",
        "Emergency care",
        "SOKI",
        Progress(11, 1, 2, 3, 1, 1, 1, 1, 1, 3, 1),
        ("Akutsjuksköterska", "Analytiker AKU"),
        Limits(2, 2, 2),
    ),
    Workstream(
        "OPE",
        "Operation",
        "Surgery",
        "SOKI",
        Progress(12, 1, 1, 3, 1, 2, 2, 1, 1, 3, 1),
        ("Operationssjuksköterska", "Operationskoordinator", "Analytiker OPE"),
        Limits(2, 3, 3),
    ),
    Workstream(
        "IVA",
        "Intensivvård och anestesi",
        "Intensive care and anaesthesia",
        "SOKI",
        Progress(8, 0, 1, 2, 0, 1, 2, 1, 1, 1, 1),
        ("Intensivvårdssjuksköterska", "Anestesiläkare"),
    ),
    Workstream(
        "OBS",
        "Mödravård och obstetrik",
        "Maternity care and obstetrics",
        "SOKI",
        Progress(10, 1, 1, 2, 1, 1, 2, 1, 1, 3, 1),
        ("Barnmorska", "Analytiker OBS"),
        Limits(2, 2, 2),
    ),
    Workstream(
        "ONK",
        "Onkologi",
        "Oncology",
        "SOKI",
        Progress(8, 0, 1, 2, 1, 1, 1, 1, 1, 2, 0),
        ("Onkologisjuksköterska", "Analytiker ONK"),
    ),
    Workstream(
        "PRI",
        "Primärvård",
        "Primary care",
        "SOKI",
        Progress(11, 2, 1, 3, 1, 1, 1, 1, 1, 3, 1),
        ("Distriktssköterska", "Allmänläkare", "Analytiker PRI"),
    ),
    Workstream(
        "PSY",
        "Psykiatri",
        "Psychiatry",
        "SOKI",
        Progress(8, 1, 1, 2, 1, 1, 1, 0, 1, 2, 0),
        ("Psykiatrisjuksköterska", "Analytiker PSY"),
    ),
    Workstream(
        "BUS",
        "Barn- och ungdomssjukvård",
        "Child and adolescent care",
        "SOKI",
        Progress(7, 1, 1, 2, 0, 1, 1, 0, 1, 1, 0),
        ("Barnläkare", "Barnsjuksköterska"),
    ),
    Workstream(
        "RES",
        "Resursstyrning",
        "Resource management",
        "SOKI",
        Progress(7, 1, 1, 2, 1, 1, 0, 0, 1, 2, 0),
        ("Resursplanerare", "Analytiker RES"),
    ),
    Workstream(
        "KRN",
        "Kärnfunktioner",
        "Core functions",
        "SOKI",
        Progress(10, 4, 2, 3, 0, 1, 0, 0, 0, 1, 0),
        ("Systemansvarig", "Analytiker KRN"),
    ),
    Workstream(
        "MAS",
        "Masterdata",
        "Master data",
        "SOKI",
        Progress(5, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0),
        ("Registeransvarig",),
    ),
    Workstream(
        "MAT",
        "Materiallogistik",
        "Materials logistics",
        "SOKI",
        Progress(5, 1, 1, 2, 0, 1, 0, 0, 0, 1, 1),
        ("Logistiksamordnare",),
    ),
    Workstream(
        "RAP",
        "Rapporter",
        "Reports",
        "SOKI",
        Progress(6, 0, 0, 1, 1, 0, 1, 1, 2, 1, 0),
        ("Verksamhetscontroller", "Analytiker RAP"),
    ),
    Workstream(
        "INV",
        "Invånartjänster",
        "Citizen services",
        "SOKI",
        Progress(5, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1),
        ("Samordnare 1177", "Analytiker INV"),
    ),
    Workstream(
        "REH",
        "Rehabilitering och habilitering",
        "Rehabilitation and habilitation",
        "SOKI",
        Progress(6, 0, 1, 1, 1, 1, 1, 1, 0, 2, 0),
        ("Arbetsterapeut", "Fysioterapeut"),
    ),
    Workstream(
        "LAB",
        "Laboratoriediagnostik",
        "Laboratory diagnostics",
        "SIDU",
        Progress(12, 1, 1, 3, 0, 1, 3, 2, 1, 2, 2),
        ("Biomedicinsk analytiker", "Testledare LAB", "Analytiker LAB"),
        Limits(3, 2, 2),
    ),
    Workstream(
        "MBI",
        "Medicinsk bild",
        "Medical imaging",
        "SIDU",
        Progress(8, 1, 0, 2, 1, 1, 1, 1, 1, 2, 1),
        ("Röntgensjuksköterska", "Analytiker MBI"),
        Limits(2, 2, 2),
    ),
    Workstream(
        "MTE",
        "Medicinsk teknik",
        "Medical technology",
        "SIDU",
        Progress(6, 0, 1, 0, 1, 1, 1, 1, 1, 2, 1),
        ("Medicinteknisk ingenjör",),
    ),
    Workstream(
        "EXT",
        "Externa diagnostikutförare",
        "External diagnostic providers",
        "SIDU",
        Progress(4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1),
        ("Avtalsansvarig diagnostik",),
    ),
    Workstream(
        "LLA",
        "Lokala lab",
        "Local laboratories",
        "SIDU",
        Progress(3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1),
        ("Labbansvarig primärvård",),
    ),
    Workstream(
        "OP1",
        f"Option 1 {DASH} informationsutbyte",
        f"Option 1 {DASH} information exchange",
        "KOM",
        Progress(6, 1, 0, 1, 0, 0, 1, 1, 2, 1, 2),
        ("Samordnare kommun", "Analytiker OP1"),
    ),
)

JOINING_LATER = Workstream(
    "DRS",
    "Driftstart och övergång",
    "Go-live and transition",
    "DRIFT",
    Progress(6, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0),
    ("Driftstartsledare", "Supportansvarig"),
)

LEADS = {
    "SOKI": "Projektledare SoKI",
    "SIDU": "Projektledare SIDU",
    "KOM": "Projektledare Kommuner",
    "DRIFT": "Projektledare Driftstart",
}
PROGRAMME_OFFICE = "Programkontoret"


class Cycle(NamedTuple):
    number: int
    first_day: date
    last_day: date
    planning_from: date
    planning_to: date
    status: str
    goal: str


CYCLES = (
    Cycle(
        1,
        date(2022, 9, 5),
        date(2022, 10, 23),
        date(2022, 8, 29),
        date(2022, 9, 2),
        "closed",
        "Komma i gång: de första flödena för patient, läkemedel och kärnfunktioner är klara.",
    ),
    Cycle(
        2,
        date(2022, 10, 24),
        date(2022, 12, 11),
        date(2022, 10, 17),
        date(2022, 10, 21),
        "closed",
        "Få alla arbetsströmmar i gång och avsluta det som togs med från cykel 1.",
    ),
    Cycle(
        3,
        date(2022, 12, 12),
        date(2023, 1, 29),
        date(2022, 12, 5),
        date(2022, 12, 9),
        "closed",
        "Hålla takten över helgerna och testa det som redan är validerat.",
    ),
    Cycle(
        4,
        date(2023, 1, 30),
        date(2023, 3, 19),
        date(2023, 1, 23),
        date(2023, 1, 27),
        "closed",
        "Göra betydligt fler flöden klara än i cykel 3 och lösa hindren som väntar på leverantör.",
    ),
    Cycle(
        5,
        date(2023, 3, 20),
        date(2023, 5, 7),
        date(2023, 3, 13),
        date(2023, 3, 17),
        "running",
        "Testa det som är validerat, lösa de äldsta hindren och få med driftstart i cyklerna.",
    ),
    Cycle(
        6,
        date(2023, 5, 8),
        date(2023, 6, 25),
        date(2023, 5, 2),
        date(2023, 5, 5),
        "draft",
        "Designa de sista flödena och ge underlag till utbildningsmaterialet.",
    ),
    Cycle(
        7,
        date(2023, 6, 26),
        date(2023, 8, 13),
        date(2023, 6, 19),
        date(2023, 6, 22),
        "draft",
        "",
    ),
)

# Passed per cycle 1-5, over all workstreams but the one that joins later.
DESIGNED = (24, 33, 44, 71, 16)
VALIDATED = (16, 27, 38, 66, 14)
TESTED = (11, 19, 31, 59, 17)
COMMITTED_TO_TEST = (20, 30, 46, 66, 50)

TODAY = date(2023, 4, 14)
CYCLE_4_EARLY_UNTIL = date(2023, 2, 22)
CYCLE_4_EARLY_DONE = 21
