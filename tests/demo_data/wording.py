"""What people write: reasons with their notes, and remarks on workflows and blockers."""

# From which state, back to which, with which reason and note.
BACK = {
    "test": (
        ("validation", "failed_test", "Två testfall underkända, behöver valideras om."),
        ("design", "failed_test", "Fel värde i resultatvyn, rättas i konfigurationen."),
        ("validation", "failed_test", "Testet avbröts, flödet går inte att slutföra."),
        ("design", "failed_test", "Utskriften saknar uppgifter, mallen görs om."),
        ("validation", "new_release", "Vyn ändrad i ny release, valideras igen."),
        ("validation", "new_release", "Ny release ändrade ordningen på stegen."),
        ("validation", "dependency", "Testdata från en annan ström stämmer inte än."),
        ("design", "changed_requirement", "Verksamheten vill ha ett steg till i flödet."),
    ),
    "validation": (
        ("design", "failed_validation", "Verksamheten saknar ett obligatoriskt fält."),
        ("design", "failed_validation", "Ordningen på stegen följer inte rutinen."),
        ("design", "failed_validation", "Går inte att avbryta utan att uppgifter försvinner."),
        ("design", "failed_validation", "Rubrikerna förstås olika på sjukhus och vårdcentral."),
        ("design", "failed_validation", "För många klick för att användas i akuta lägen."),
        ("design", "changed_requirement", "Kommunerna behöver se samma uppgift."),
        ("design", "changed_requirement", "Nytt krav från den medicinska expertgruppen."),
        ("design", "other", "Designen godkändes av misstag, en variant återstår."),
    ),
}
SKIPPED_VALIDATION = "Registret kontrolleras i test, ingen validering i verksamheten."
DONE_LATE = "Testet godkändes den 25 januari. Protokollet kom in efter att cykeln avslutats."
DONE_LATE_RETURNED = "Testprotokoll saknas."

WRONG_FLOW = "Fel arbetsflöde, avsåg {key}."
WRONG_STATE = "Fel tillstånd valt."
WRONG_DATE = "Fel datum."

CARRIED_NOTES = {
    "vendor": ("Väntar på rättning från Cerner.", "Ärendet ligger kvar hos leverantören."),
    "integration": ("Integrationen är inte klar.",),
    "decision": ("Beslut saknas.",),
    "dependency": ("Väntar på en annan ström.", ""),
    "other": ("", "Hann inte slutföras."),
}
SHORT_OF_TIME = {
    "design": ("Fler workshoppar behövs.", "Påbörjades för sent i cykeln.", ""),
    "validation": ("För få validerare i slutet av cykeln.", ""),
    "test": ("Testtiden räckte inte.", "Omtestet hanns inte med.", "", ""),
}
CARRIED_REASONS = ("capacity", "capacity", "capacity", "vendor", "dependency", "other")
REASON_OF_BLOCKER = {
    "decision": "decision",
    "vendor": "vendor",
    "integration": "integration",
    "equipment": "capacity",
    "staffing": "capacity",
    "dependency": "dependency",
    "security": "decision",
    "data": "dependency",
}
RETURNED = (
    ("capacity", "Hinner inte påbörjas, tas om i en senare cykel."),
    ("dependency", "Bör följa efter grundflödet."),
    ("scope", "Varianten beskrivs först av verksamheten."),
)
RETURNED_UNDECIDED = {
    "EXT": ("decision", "Omfattningen för externa diagnostikutförare är inte beslutad."),
    "LLA": ("decision", "Gränsdragningen för lokala lab är inte klar."),
}
REMOVED = (
    ("capacity", "Strömmen har redan fullt i design."),
    ("vendor", "Cerner kan inte delta i designen under cykeln."),
    ("dependency", "Väntar på att grundflödet designas."),
)
GIVEN_UP = ("integration", "Utrustningen kan inte kopplas upp före sommaren.")
ADDED = (
    ("decision", "Behövs enligt programledningsgruppen."),
    ("scope", "Missades i planeringsveckan."),
    ("capacity", "Strömmen har tid över."),
    ("dependency", "Krävs för att grundflödet ska kunna testas."),
    ("vendor", "Cerner har tid för designen redan nu."),
)

NOTES = {
    "design": (
        "Designworkshop hållen med Cerner, två frågor kvar.",
        "Underlag skickat till verksamheten för synpunkter.",
        "Beslut om fältens namn taget i strömmen.",
        "Skisserna godkända, konfiguration beställd.",
        "Skillnader mellan förvaltningarna genomgångna.",
    ),
    "validation": (
        "Validering bokad med två enheter.",
        "Första valideringen gick bra, en enhet återstår.",
        "Verksamheten vill se en kortare väg till journalen.",
        "Synpunkter från valideringen sammanställda.",
        "Validerare från SÄS och NU-sjukvården deltog.",
    ),
    "test": (
        "Testfallen är skrivna och granskade.",
        "Sju av nio testfall godkända.",
        "Omtest bokat i Millenniumlabbet.",
        "Testdata upplagda.",
        "Testas tillsammans med mottagande ström.",
    ),
}
BLOCKER_NOTES = (
    "Uppföljning på leverantörsmötet i veckan.",
    "Ärendet är prioriterat.",
    "Ingen ny uppgift, ny avstämning nästa vecka.",
    "Påmint ansvarig.",
    "Tas upp i programledningsgruppen.",
)
