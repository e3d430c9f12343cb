"""What people write: reasons with their notes, and remarks on workflows and blockers."""

# From which state, back to which, with which reason and note.
BACK = {
    "test": (
        ("validation", "failed_test", "Två testfall underkända, behöver valideras om."),
        ("validation", "failed_test", "Testet avbröts, flödet går inte att slutföra."),
        ("design", "failed_test", "Fel värde i resultatvyn, rättas i konfigurationen."),
        ("design", "failed_test", "Utskriften saknar uppgifter, mallen görs om."),
        ("validation", "new_release", "Vyn ändrad i ny release, valideras igen."),
        ("validation", "dependency", "Testdata från en annan ström stämmer inte än."),
        ("design", "changed_requirement", "Verksamheten vill ha ett steg till i flödet."),
    ),
    "validation": (
        ("design", "failed_validation", "Verksamheten saknar ett obligatoriskt fält."),
        ("design", "failed_validation", "Ordningen på stegen följer inte rutinen."),
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
    "capacity": ("Testtiden räckte inte.", "För få validerare i slutet av cykeln.", "", "", ""),
    "vendor": ("Väntar på rättning från Cerner.", "Ärendet ligger kvar hos leverantören."),
    "integration": ("Integrationen är inte klar.",),
    "decision": ("Beslut saknas.",),
    "dependency": ("Väntar på en annan ström.", ""),
    "other": ("", "Hann inte slutföras."),
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
    ("integration", "Utrustningen kan inte kopplas upp före sommaren."),
)
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
