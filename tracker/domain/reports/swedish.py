"""The draft in Swedish, as a project lead would write it: sentences, not a log."""

from collections.abc import Sequence
from decimal import Decimal

from tracker.domain.reports.facts import Figure
from tracker.domain.reports.language import Language
from tracker.domain.states import Goal


class Swedish(Language):
    """Decimal commas, and the sentences whose order or endings follow numbers."""

    def decimal(self, value: Decimal) -> str:
        """1,90."""
        return super().decimal(value).replace(".", ",")

    def _each_way(self, ways: Sequence[tuple[Figure, str]]) -> list[str]:
        (first, words), *others = ways
        verb, _, where = words.partition(" ")
        inverted = f"{verb} {self.many(first)} {where}".rstrip()
        return [inverted, *(f"{self.many(figure)} {words}" for figure, words in others)]

    def _came_and_went(self, month: str, is_so_far: bool, opened: Figure, resolved: Figure, open_: Figure) -> str:
        come = f"{self.many(opened)} hinder" if opened.value else f"{opened.said('inga')} nya hinder"
        gone, left = self.many(resolved, "inget"), self.many(open_, "inget hinder")
        are_open = "öppna" if open_.value > 1 else "öppet"
        if is_so_far:
            return f"Hittills i {month} har {come} tillkommit och {gone} lösts, och nu är {left} {are_open}."
        return f"Under {month} tillkom {come} och {gone} löstes, och vid månadens slut var {left} {are_open}."


SWEDISH = Swedish(
    months="januari februari mars april maj juni juli augusti september oktober november december",
    status={"not_begun": "ej påbörjad", "draft": "utkast", "ready": "klar"},
    to_do={Goal.DESIGN: "designas", Goal.VALIDATION: "valideras", Goal.TEST: "testas"},
    doing={Goal.DESIGN: "designa", Goal.VALIDATION: "validera", Goal.TEST: "testa"},
    goals={Goal.DESIGN: "design", Goal.VALIDATION: "validering", Goal.TEST: "test"},
    did=("designade", "validerade", "testade"),
    done=("designat", "validerat", "testat"),
    ratios="betydligt färre, något färre, ungefär lika många, något fler, betydligt fler, nästan dubbelt så"
    " många, dubbelt så många, mer än dubbelt så många",
    phrases={
        "introduction": "Inledning",
        "programme": "Programmet som helhet",
        "sample": "Exempeldata – påhittade siffror.",
        "drafted": "Utkast ur historiken, inte granskat av projektet.",
        "nothing": "Ingenting är skrivet.",
        "other_language": "Skrivet på engelska.",
        "unfinished": "Projektet har inte markerat texten som klar.",
        "as_of": "Siffror per {day} {when.year} kl. {when:%H.%M}.",
        "published": "Publicerad {day} {when.year} kl. {when:%H.%M}; siffror som har ändrats sedan dess är markerade.",
        "missing": "Inte klart från: {names}.",
        "now": "nu {value}",
        "reported": "{value} som rapporterat",
        "title": "Lägesrapport {month} {year}",
        "summary_title": "Summering {month}",
        "plan_title": "Planering {month}",
        # Which days
        "early_part": ("hela cykel {cycle}", "början av cykel {cycle}"),
        "late_part": ("slutet av cykel {cycle}", "en del av cykel {cycle}"),
        "outside_cycles": "{month} ligger utanför cyklerna.",
        "counted_up_to": " Månaden är räknad till och med den {day}.",
        "covers": "{month} rymmer {parts}. Siffror för en cykel gäller hela cykeln, siffror för månaden bara månadens"
        " egna dagar.{so_far}",
        # A cycle that was closed
        "closed": (
            "Under {month} har vi avslutat cykel {cycle}.",
            "Enligt planeringen arbetade vi i {month} vidare i cykel {cycle}, som avslutades den {day}.",
        ),
        "none_tested": "I cykeln blev {no} arbetsflöde testat.",
        "but_none_tested": ", men {none} blev testat",
        "passed": "I cykeln {verb} vi {rest}.",
        "compared": "Det är {ratio} testade arbetsflöden {than} i cykeln innan, då vi testade {previous}.",
        "ratio": "Kvoten är {ratio}, och {rate} räknat per arbetsdag.",
        "before": "I cykeln innan testade vi {previous}.",
        "as_many": "många",
        "than": ("än", "som"),
        "all_met": (
            "Det {members} arbetsflödet {where} nådde sitt mål.",
            "Alla {members} arbetsflöden {where} nådde sitt mål.",
        ),
        "one_missed": "Det {only} arbetsflödet {where} nådde {no} sitt mål",
        "and_its_fate": "{head}, det {ways}.",
        "some_met": "Av de {members} arbetsflödena {where} nådde {met} sitt mål",
        "where": ("i vårt åtagande", "i cykeln"),
        "promised": "Vårt åtagande var {flows}{more}.",
        "kept": ", varav {kept} nådde det mål som vi åtog oss",
        "changed": ("När cykeln avslutades hade vi {changes}.", "Sedan cykeln fastställdes har vi {changes}."),
        "changes": "lagt till, tagit bort",
        "and_the_rest": ", och {rest} {words}",
        "the_rest": ("det återstående", "de övriga"),
        "all_those": "alla",
        "of_the_others": (". Av de övriga {ways}", ". Av dem {ways}"),
        "while": "{first}, medan {others}",
        "carried_out": "överfördes till {into}",
        "returned": "gick åter till backloggen",
        "dropped": "utgick",
        "to_next": ("nästa cykel", "cykel {cycle}"),
        # The cycle that began
        "planned": "Vi har genomfört planeringsveckan den {when} inför cykel {cycle}{begins}.",
        "which_began": ", som började den {day}",
        "joined": "Från och med cykel {cycle}, som började den {day} (vecka {week}), arbetar vi i samma cykler som"
        " övriga projekt.",
        "began": "Den {day} började cykel {cycle}.",
        "goal": ("Cykelns mål är ”{goal}”.", "Cykelns mål var ”{goal}”."),
        "no_promise": ("Vi har inget åtagande i cykel {cycle}.", "Vi hade inget åtagande i cykel {cycle}."),
        "promise_of_one_kind": ("Vårt åtagande är att {doing} {flows}.", "Vårt åtagande var att {doing} {flows}."),
        "promise": ("Vårt åtagande är {flows}: {parts}.", "Vårt åtagande var {flows}: {parts}."),
        "to_be": ("ska ", "skulle "),
        # The month by its own days
        "over": ("hela {month}", "dagarna hittills i {month}"),
        "done_in_month": (
            "Sett till {over} blev {flows} klart{by_cycle}.",
            "Sett till {over} blev {flows} klara{by_cycle}.",
        ),
        "moved_back": "Under månaden backade {flows} till ett tidigare steg{more}.",
        "from_done": ", varav {fell} från klar",
        "moves_back": ", i sammanlagt {moves} flyttar",
        "at_the_end": ("Vid månadens slut", "Den {day}"),
        "all_done": ("{when} var {flows} klart.", "{when} var alla {flows} klara."),
        "our_only": "vårt {only} arbetsflöde",
        "all_flows": "alla {left} arbetsflöden",
        "left_of": "{left} av {flows}",
        "remained": ("{when} återstod {of} att göra klart.", "{when} återstod {of} att göra klara."),
        "in_cycle": "i cykel {cycle}",
        "all_there": (", och det {where}", ", {all} {where}"),
        "all": "alla",
        "outside": "{count} utanför cyklerna",
        "we_passed": ("Under {month} har vi {done}", "Hittills i {month} har vi {done}"),
        "none_passed": (
            "Under {month} har {no} arbetsflöde kommit vidare från design, validering eller test",
            "Hittills i {month} har {no} arbetsflöde kommit vidare från design, validering eller test",
        ),
        "but_none_done": ", men {none} har blivit klart",
        "focus": "Enligt planeringen har fokus legat på cykel {cycle}. {words}.",
        "one_has": "Vårt {only} arbetsflöde i cykeln har {met} sitt mål.",
        "has_met": ("inte nått", "nått"),
        "some_have": "Av våra {members} arbetsflöden i cykeln har {met} nått sitt mål.",
        # Decisions and blockers
        "resolved": "Frågan {question}, som skulle beslutas senast den {by}, löstes {when}.",
        "on_day": ("den {day}", "samma dag"),
        "still_open": (
            "Frågan {questions}, som ska beslutas senast den {by}, är ännu öppen.",
            "Frågorna {questions}, som ska beslutas senast den {by}, är ännu öppna.",
        ),
        "undecided": (
            "Frågan {questions}, som skulle beslutas senast den {by}, är fortfarande inte avgjord.",
            "Frågorna {questions}, som skulle beslutas senast den {by}, är fortfarande inte avgjorda.",
        ),
        "was_open": (
            "Frågan {questions}, som skulle beslutas senast den {by}, var inte avgjord vid månadens slut.",
            "Frågorna {questions}, som skulle beslutas senast den {by}, var inte avgjorda vid månadens slut.",
        ),
        "quoted": "”{text}”",
        "no_blockers": ("Under {month} hade vi {no} hinder.", "Hittills i {month} har vi {no} haft några hinder."),
        "no_blocker": ("inga", "inte"),
        "oldest": ("Det äldsta, {which}, {has} varit öppet", "Hindret, {which}, {has} varit öppet"),
        "has_been": ("hade då", "har"),
        "age": ("i {days} dag, sedan den {day}", "i {days} dagar, sedan den {day}"),
        "mitigation": " Riskmitigering: {text}",
        # What comes next
        "goes_on": (
            "Under {month} fortsätter cykel {cycle}, som pågår till och med den {day}.",
            "Cykel {cycle} avslutas i {month}, med den {day} som sista dag.",
        ),
        "main_focus": ("Huvudfokus är", "Till dess är huvudfokus"),
        "to_meet": (
            "{focus} att nå målet för cykeln: att {parts}.",
            "{focus} att nå målen för cykeln: att {parts}.",
        ),
        "to_meet_rest": (
            "{focus} att nå det mål som återstår: att {parts}.",
            "{focus} att nå de mål som återstår: att {parts}.",
        ),
        "all_reached": "Alla mål för cykeln är nådda.",
        "ended": "Cykel {cycle} avslutades den {day}.",
        "goals_were": ("Målet för cykeln var att {parts}.", "Målen för cykeln var att {parts}."),
        "overdue": "Cykel {cycle} hade den {day} som sista dag men är ännu inte avslutad.",
        "begins": (
            "Den {day} börjar cykel {cycle}.",
            "Cykel {cycle}, som började den {day}, är ännu inte fastställd.",
        ),
        "committed": "Cykel {cycle} fastställdes den {on} och börjar den {day}.",
        "comprises": ("Den omfattar {flows}{more}.", "Den omfattar {flows}{more}."),
        "nothing_planned": (
            "Vi har ännu inte planerat något arbetsflöde till den.",
            "Vi har inget åtagande i den.",
        ),
        "with_goal": ", med {goal} som mål",
        "planned_so_far": (
            "Hittills är {flows} planerat till den{more}.",
            "Hittills är {flows} planerade till den{more}.",
        ),
        "planning_week": (
            "Planeringsveckan inför cykel {cycle} hålls den {when}.",
            "Planeringsveckan inför cykel {cycle} pågår den {when}.",
        ),
        "decision": (
            "Vi planerar även för att beslut fattas i frågan {question}.",
            "Vi hade även räknat med beslut i frågan {question}.",
        ),
        "decisions": (
            "Vi planerar även för att beslut fattas i följande frågor:",
            "Vi hade även räknat med beslut i följande frågor:",
        ),
        "decide_by": ("senast den {day}", "som skulle ha avgjorts senast den {day}"),
        "was_resolved": "som löstes den {day}",
        "mitigating": (
            "Arbetet med riskmitigering för det {count} hinder som är öppet {goes}.",
            "Arbetet med riskmitigering för de {count} hinder som är öppna {goes}.",
        ),
        "mitigating_then": (
            "Arbetet med riskmitigering för det {count} hinder som var öppet vid månadens slut {goes}.",
            "Arbetet med riskmitigering för de {count} hinder som var öppna vid månadens slut {goes}.",
        ),
        "go_on": ("fortsätter", "fortsatte"),
        "the_only": "enda",
        # Numbers
        "only": "enda",
        "one": "ett",
        "none": "inget",
        "no": "inget",
        "not": "inte",
        "no_flow": "inget arbetsflöde",
        "no_flows": "inga arbetsflöden",
        "flows": ("{count} arbetsflöde", "{count} arbetsflöden"),
        "and": "och",
    },
)
