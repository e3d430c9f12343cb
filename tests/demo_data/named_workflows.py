"""The named workflows, and the care settings in which their stems come back as workflows too."""

from typing import NamedTuple

from .programme_table import DASH

SETTINGS = {
    "ö": ("öppenvård", "outpatient care"),
    "s": ("slutenvård", "inpatient care"),
    "a": ("akut", "emergency care"),
    "p": ("primärvård", "primary care"),
    "v": ("privat vårdgivare", "private provider"),
    "k": ("kommun", "municipality"),
}


class Name(NamedTuple):
    sv: str
    en: str
    shared_with: str = ""
    description: str = ""


class Named(NamedTuple):
    sv: str
    en: str
    shared_with: str
    settings: str
    description: str = ""


NAMED: dict[str, tuple[Named, ...]] = {
    "PAT": (
        Named(
            "Ta emot och bedöma remiss",
            "Receive and triage referral",
            "MDO OP1 PRI",
            "ös",
            "Remissen kommer in elektroniskt, bedöms medicinskt och prioriteras. "
            "Avsändaren får besked om vad som händer.",
        ),
        Named(
            "Skicka remiss",
            "Send referral",
            "MDO PRI",
            "pk",
            "Remissen skrivs i journalen och skickas till vald mottagare med bevakning av svar.",
        ),
        Named(
            "Boka besök i tidbok",
            "Book visit in schedule",
            "PRI RES",
            "öp",
            "Besöket bokas mot rätt resurs, lokal och besökstyp.",
        ),
        Named(
            "Kalla patient",
            "Invite patient",
            "INV",
            "ö",
            "Kallelsen går digitalt via 1177 eller som brev, beroende på vad patienten har valt.",
        ),
        Named(
            "Registrera ankomst och avgift",
            "Register arrival and fee",
            "AKU PRI",
            "pva",
            "Patienten ankomstregistreras, avgiften beräknas och högkostnadsskyddet kontrolleras.",
        ),
        Named(
            "Skriva in patient",
            "Admit patient",
            "AKU DVP OBS",
            "a",
            "Patienten skrivs in på vårdenhet och får en vårdplats. "
            "Därefter går beställningar och ordinationer att göra.",
        ),
        Named(
            "Flytta patient mellan enheter",
            "Transfer patient between units",
            "IVA OPE",
            "",
            "Ansvar, vårdplats och pågående ordinationer följer med när patienten byter enhet.",
        ),
        Named(
            "Skriva ut till kommun",
            "Discharge to municipality",
            "LKM MDO OP1",
            "",
            "Utskrivningsklar patient lämnas över till kommunen med läkemedelslista och epikris.",
        ),
        Named(
            "Hantera väntelista",
            "Manage waiting list",
            "",
            "v",
            "Väntande patienter sorteras efter prioritet och vårdgaranti.",
        ),
        Named(
            "Skapa schema och tidboksmall",
            "Create schedule and booking template",
            "RES",
            "",
            "Mottagningens schema läggs som mall och publiceras i tidboken.",
        ),
    ),
    "LKM": (
        Named(
            "Ordinera läkemedel vid inskrivning",
            "Prescribe medication on admission",
            "AKU MDO",
            "as",
            "Patientens aktuella läkemedel tas över från öppenvården och ordineras för vårdtiden.",
        ),
        Named(
            "Läkemedelsavstämning",
            "Reconcile medication",
            "PRI",
            "pk",
            "Patientens egen lista jämförs med den i journalen och skillnader reds ut.",
        ),
        Named(
            "Iordningställa och administrera läkemedel",
            "Prepare and administer medication",
            "DVP IVA",
            "ska",
            "Läkemedlet iordningställs, kontrolleras mot ordinationen och signeras vid sängen.",
        ),
        Named(
            "Förskriva e-recept",
            "Issue e-prescription",
            "PRI",
            "öpv",
            "Receptet skickas till den nationella läkemedelslistan och bekräftas i journalen.",
        ),
        Named(
            "Ordinera infusion",
            "Prescribe infusion",
            "IVA MTE",
            "a",
            "Infusionens dos och hastighet ordineras och förs över till pumpen.",
        ),
        Named(
            "Ändra ordination vid vårdövergång",
            "Change prescription at transfer of care",
            "OP1 PAT",
            "k",
            "Utsatta, ändrade och nya läkemedel framgår för den som tar över vården.",
        ),
    ),
    "ORD": (
        Named(
            "Beställa via beställningsset",
            "Order through order set",
            "",
            "asp",
            "Flera prover, undersökningar och läkemedel beställs samlat vid vanliga tillstånd.",
        ),
        Named(
            "Vidimera svar",
            "Sign off result",
            "LAB MBI",
            "öps",
            "Ansvarig läkare läser och signerar svaret. Osignerade svar bevakas.",
        ),
        Named(
            "Beställa konsultation",
            "Request consultation",
            "MDO",
            "söa",
            "En annan specialitet tillfrågas och svarar i samma journal.",
        ),
    ),
    "MDO": (
        Named(
            "Skriva inskrivningsanteckning",
            "Write admission note",
            "",
            "as",
            "Anamnes, status och planering dokumenteras när patienten läggs in.",
        ),
        Named(
            "Skriva epikris",
            "Write discharge summary",
            "PRI",
            "sa",
            "Vårdtiden sammanfattas och skickas till den som tar över ansvaret.",
        ),
        Named(
            "Registrera diagnos och åtgärd",
            "Code diagnosis and procedure",
            "RAP",
            "öpv",
            "Koderna sätts en gång och används i journal, statistik och ersättning.",
        ),
        Named(
            "Utfärda läkarintyg",
            "Issue medical certificate",
            "",
            "öpv",
            "Intyget skrivs och skickas till Försäkringskassan.",
        ),
    ),
    "DVP": (
        Named(
            "Omvårdnadsanamnes",
            "Take nursing history",
            "",
            "skp",
            "Patientens behov och vanor dokumenteras enligt gemensamma sökord.",
        ),
        Named(
            "Registrera vitalparametrar NEWS2",
            "Record vital signs, NEWS2",
            "AKU IVA MTE",
            "ask",
            "Mätvärden förs in eller hämtas från utrustning, och poängen räknas ut.",
        ),
        Named(
            "Bedöma fall- och trycksårsrisk",
            "Assess risk of falls and pressure ulcers",
            "",
            "ska",
            "Risken bedöms inom ett dygn från inskrivning och följs upp.",
        ),
    ),
    "AKU": (
        Named(
            "Triagera akut patient",
            "Triage emergency patient",
            "",
            "psv",
            "Patienten bedöms och prioriteras vid ankomst till akutmottagningen.",
        ),
        Named(
            "Akutregistrera oidentifierad patient",
            "Register unidentified emergency patient",
            "OBS OPE PAT",
            "sö",
            "Patienten får ett reservnummer. Uppgifterna slås ihop när identiteten är känd.",
        ),
        Named(
            "Överlämning från ambulans",
            "Take over from ambulance",
            "",
            "kps",
            "Ambulansens journal och mätvärden är tillgängliga när patienten kommer.",
        ),
    ),
    "OPE": (
        Named(
            "Anmäla till operation",
            "List patient for surgery",
            "PAT",
            "öav",
            "Operationsanmälan görs med åtgärd, prioritet och särskilda behov.",
        ),
        Named(
            "Planera operationsprogram",
            "Plan theatre list",
            "MAT RES",
            "öa",
            "Salar, personal och utrustning planeras dag för dag.",
        ),
        Named(
            "WHO:s checklista",
            "Complete WHO surgical checklist",
            "",
            "öa",
            "Teamet går igenom checklistan före sövning, före start och före uppbrott.",
        ),
        Named(
            "Dokumentera anestesi",
            "Document anaesthesia",
            "IVA MTE",
            "a",
            "Läkemedel, händelser och mätvärden dokumenteras under hela anestesin.",
        ),
    ),
    "IVA": (
        Named(
            "Dokumentera intensivvårdsdygn",
            "Document intensive care day",
            "",
            "saö",
            "Dygnets mätvärden, läkemedel och vätskor visas i en samlad vy.",
        ),
        Named(
            "Överföra data från patientövervakning",
            "Transfer data from patient monitoring",
            "MTE",
            "saö",
            "Mätvärden går från övervakningen till journalen utan avskrift.",
        ),
    ),
    "OBS": (
        Named(
            "Inskrivning på barnmorskemottagning",
            "Antenatal booking",
            "PRI",
            "pvö",
            "Graviditeten registreras och basprogrammets besök planeras.",
        ),
        Named(
            "Dokumentera förlossning och nyfödd",
            "Document birth and newborn",
            "BUS PAT",
            "sa",
            "Förlossningen dokumenteras och barnet får en egen journal med eget id.",
        ),
        Named(
            "Omedelbart kejsarsnitt",
            "Perform emergency caesarean",
            "AKU LAB OPE",
            "as",
            "Larm, operation och blod beställs i ett steg utan att något skrivs två gånger.",
        ),
    ),
    "ONK": (
        Named(
            "Ordinera cytostatikakur",
            "Prescribe chemotherapy course",
            "LAB LKM",
            "ösv",
            "Kuren ordineras efter regim, kroppsyta och aktuella provsvar.",
        ),
        Named(
            "Standardiserat vårdförlopp",
            "Follow standard cancer pathway",
            "MBI PAT",
            "öps",
            "Ledtiderna från välgrundad misstanke till behandlingsstart följs.",
        ),
    ),
    "PRI": (
        Named(
            "Telefonrådgivning",
            "Give phone advice",
            "",
            "vka",
            "Samtalet dokumenteras med råd, hänvisning och eventuell bokning.",
        ),
        Named(
            "Årskontroll kronisk sjukdom",
            "Annual review of chronic disease",
            "LAB LKM",
            "vkö",
            "Prover, mätvärden och läkemedel samlas inför besöket.",
        ),
        Named("Vaccinera", "Vaccinate", "", "vk", "Ordination, batch och given dos registreras."),
    ),
    "PSY": (
        Named(
            "Suicidriskbedömning",
            "Assess suicide risk",
            "",
            "ösa",
            "Bedömningen dokumenteras strukturerat och syns för alla som möter patienten.",
        ),
        Named(
            "Vård enligt LPT",
            "Compulsory care under LPT",
            "",
            "ösa",
            "Beslut enligt lagen om psykiatrisk tvångsvård fattas och bevakas i tid.",
        ),
    ),
    "BUS": (
        Named(
            "Viktbaserad ordination",
            "Prescribe dose by weight",
            "LKM",
            "ösa",
            "Dosen räknas fram efter barnets vikt, med varning vid orimliga värden.",
        ),
        Named("Tillväxtkurva", "Plot growth chart", "", "öp", "Längd, vikt och huvudomfång ritas."),
    ),
    "RES": (
        Named("Bemanna mottagning", "Staff clinic", "", "öpa"),
        Named("Boka lokal och utrustning", "Book room and equipment", "", "ös"),
    ),
    "KRN": (
        Named(
            "Logga in och byta enhet",
            "Log in and switch unit",
            "",
            "kv",
            "Inloggning med tjänstekort och byte av enhet utan att arbetet går förlorat.",
        ),
        Named(
            "Spärra uppgifter",
            "Block record",
            "PAT",
            "v",
            "Patientens spärr gäller direkt och kan hävas vid nödläge.",
        ),
        Named("Registrera samtycke", "Register consent", "OP1", "pk"),
        Named("Granska åtkomstlogg", "Review access log", "", ""),
        Named(
            "Hämta personuppgifter",
            "Look up personal details",
            "PAT",
            "",
            "Namn, adress och skyddade uppgifter hämtas från Personuppgiftstjänsten.",
        ),
    ),
    "MAS": (
        Named("Uppdatera enhetsregister", "Update unit register", "", "vk"),
        Named("Uppdatera kodverk", "Update code system", "", "p"),
    ),
    "MAT": (
        Named(
            "Beställa sterilgods",
            "Order sterile goods",
            "OPE",
            "ösap",
            "Sterilgods beställs till salen och följs med streckkod.",
        ),
    ),
    "RAP": (
        Named("Väntetidsrapport", "Report waiting times", "", "öp"),
        Named("Rapportera till kvalitetsregister", "Report to quality register", "", "sö"),
    ),
    "INV": (
        Named(
            "Boka tid via 1177",
            "Book appointment online",
            "PAT",
            "pö",
            "Invånaren väljer tid själv bland dem som mottagningen har öppnat.",
        ),
        Named("Läsa journal via nätet", "Read record online", "KRN MDO", "v"),
    ),
    "REH": (
        Named("Rehabiliteringsplan", "Draw up rehabilitation plan", "", "ösk"),
        Named("Förskriva hjälpmedel", "Prescribe assistive device", "OP1", "k"),
    ),
    "LAB": (
        Named(
            "Beställa laboratorieanalys",
            "Order laboratory test",
            "AKU ORD PRI",
            "pas",
            "Analysen beställs i Millennium och går till laboratoriets eget system.",
        ),
        Named("Skriva ut provtagningsetikett", "Print sample label", "", "ps"),
        Named(
            "Ta emot laboratoriesvar",
            "Receive laboratory result",
            "ORD",
            "p",
            "Svaret kommer med värde, enhet och referensområde och kopplas till beställningen.",
        ),
        Named(
            "Beställa blod vid akut blödning",
            "Order blood in acute bleeding",
            "OBS OPE",
            "",
            "Blod beställs i ett steg och blodcentralen kvitterar direkt.",
        ),
        Named("Mikrobiologiskt svar", "Receive microbiology result", "", "s"),
    ),
    "MBI": (
        Named("Beställa röntgen", "Order imaging", "ORD", "pa"),
        Named(
            "Ta emot röntgensvar",
            "Receive imaging report",
            "MDO ORD",
            "p",
            "Utlåtandet visas oavkortat i journalen, med länk till bilderna.",
        ),
        Named(
            "Visa bild via uthopp",
            "Open image through launch-out",
            "",
            "ö",
            "Bilden öppnas i bildsystemet för samma patient utan ny inloggning.",
        ),
        Named(
            "Media utanför BFR",
            "Handle media outside imaging",
            "MDO",
            "",
            "Ljud, sårfoton och annan media som inte hör till Bild- och funktionsmedicin.",
        ),
    ),
    "MTE": (
        Named(
            "Koppla övervakning till patient",
            "Associate monitor with patient",
            "IVA",
            "as",
            "Övervakaren kopplas till rätt patient och kopplas från vid flytt.",
        ),
        Named("Läsa in EKG", "Import ECG", "AKU", "ps"),
    ),
    "EXT": (
        Named(
            "Beställa hos extern utförare",
            "Order from external provider",
            "LAB MBI PRI",
            "p",
            "Undersökningar som görs av utförare utanför VGR beställs på samma sätt som övriga.",
        ),
        Named("Ta emot externt svar", "Receive external result", "LAB", "p"),
    ),
    "LLA": (
        Named(
            "Patientnära analys",
            "Point-of-care test",
            "LAB PRI",
            "pa",
            "Analysen görs på vårdcentralen och svaret syns bland övriga laboratoriesvar.",
        ),
    ),
    "OP1": (
        Named(
            "Samordnad individuell plan, SIP",
            "Coordinated individual care plan",
            "PAT PRI",
            "s",
            "Region och kommun skriver planen tillsammans med patienten.",
        ),
        Named(
            "Utskrivningsplanering",
            "Plan discharge",
            "LKM PAT",
            "k",
            "Inskrivningsmeddelande, planering och utskrivningsklar delas med kommunen.",
        ),
        Named("Meddelande mellan vårdgivare", "Message between care providers", "", "p"),
    ),
}

JOINING_LATER_NAMES = (
    Name(
        "Bemanna supportorganisation",
        "Staff support organisation",
        "",
        "Vem som ger stöd på plats, per telefon och på distans under driftstarten.",
    ),
    Name(
        "Beställa och ta emot utrustning",
        "Order and receive equipment",
        "",
        "Ägarskap, avtal och beställningsväg för den utrustning som ska finnas på plats.",
    ),
    Name("Registrera data manuellt före driftstart", "Enter data manually before go-live"),
    Name(
        "Genomföra generalrepetition",
        "Hold dress rehearsal",
        "",
        "Verksamheten provar arbetssätt och system i liten skala.",
    ),
    Name("Gå över till reservrutin vid avbrott", "Switch to downtime procedure"),
    Name("Lämna över från programmet till förvaltning", "Hand over to maintenance"),
)


class Archived(NamedTuple):
    key: str
    sv: str
    en: str
    description: str
    created_at: str
    dropped_in: int
    entered: str
    owner: str
    reason: str
    note: str


ARCHIVED = (
    Archived(
        "LKM-019",
        "Beställa extemporeläkemedel",
        "Order extemporaneous preparation",
        "Läkemedel som tillverkas för en enskild patient.",
        "2022-10-25T10:21:08+02:00",
        2,
        "added",
        "Farmaceut",
        "decision",
        "Beställs även i fortsättningen i apotekets system.",
    ),
    Archived(
        "ORD-013",
        "Beställa på pappersremiss",
        "Order on paper form",
        "Beställning till mottagare som saknar elektronisk remisshantering.",
        "2022-11-15T13:47:31+01:00",
        3,
        "planned",
        "Analytiker ORD",
        "scope",
        "Ingår i reservrutinerna och hanteras inte som eget flöde.",
    ),
    Archived(
        "PRI-012",
        "Skriva friskintyg",
        "Issue health certificate",
        "Intyg till skola och arbetsgivare.",
        "2023-01-17T09:05:54+01:00",
        4,
        "planned",
        "Allmänläkare",
        "scope",
        "Täcks av Utfärda läkarintyg.",
    ),
)


def names_of(stream: str) -> list[Name]:
    """A stream's names in key order: the stems first, then each in its care settings."""
    stems = NAMED[stream]
    return [Name(stem.sv, stem.en, stem.shared_with, stem.description) for stem in stems] + [
        Name(f"{stem.sv} {DASH} {SETTINGS[letter][0]}", f"{stem.en} {DASH} {SETTINGS[letter][1]}")
        for stem in stems
        for letter in stem.settings
    ]
