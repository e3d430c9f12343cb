"""The draft in Swedish, as a project lead would write it: sentences, not a log. A language is drafted by itself; whole
sentences put together from translated pieces read like a translation.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.calendar import iso_week
from tracker.domain.reports.facts import Blocked, CycleFacts, Figure, MonthFacts, goals, promised
from tracker.domain.reports.months import Month
from tracker.domain.states import Goal

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
_TO_DO = {Goal.DESIGN: "designas", Goal.VALIDATION: "valideras", Goal.TEST: "testas"}
_GOALS = {Goal.DESIGN: "design", Goal.VALIDATION: "validering", Goal.TEST: "test"}
_DOING = {Goal.DESIGN: "designa", Goal.VALIDATION: "validera", Goal.TEST: "testa"}


INTRODUCTION = "Inledning"
PROGRAMME = "Programmet som helhet"
STATUS = {"not_begun": "ej påbörjad", "draft": "utkast", "ready": "klar"}
SAMPLE = "Exempeldata – påhittade siffror."
DRAFTED = "Utkast ur historiken, inte granskat av projektet."
NOTHING = "Ingenting är skrivet."
OTHER_LANGUAGE = "Skrivet på engelska."
UNFINISHED = "Projektet har inte markerat texten som klar."


def as_of_words(when: datetime) -> str:
    """When the figures were read, in local time."""
    return f"Siffror per {day(when)} {when.year} kl. {when:%H.%M}."


def published_words(when: datetime) -> str:
    """When it was published, in local time."""
    return f"Publicerad {day(when)} {when.year} kl. {when:%H.%M}; siffror som har ändrats sedan dess är markerade."


def missing_words(names: Sequence[str]) -> str:
    """Which parts nobody has made ready."""
    return f"Inte klart från: {'; '.join(names)}."


def now_words(value: str) -> str:
    """Beside a figure that says something else now."""
    return f"nu {value}"


def reported_words(value: str) -> str:
    """Beside a figure that the close of its cycle reported otherwise."""
    return f"{value} som rapporterat"


def month_name(month: Month) -> str:
    """Mars."""
    return MONTHS[month.number - 1]


def title(month: Month) -> str:
    """The report's title."""
    return f"Lägesrapport {month_name(month)} {month.year}"


def summary_title(month: Month) -> str:
    """What stands over what was done."""
    return f"Summering {month_name(month)}"


def plan_title(month: Month) -> str:
    """What stands over what comes next."""
    return f"Planering {month_name(month.next)}"


def decimal(value: Decimal) -> str:
    """1,90."""
    return str(value).replace(".", ",")


def day(on: date) -> str:
    """14 april."""
    return f"{on.day} {MONTHS[on.month - 1]}"


def days(first: date, last: date) -> str:
    """13–17 mars, or 30 januari–19 mars."""
    if first == last:
        return day(first)
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if same_month else day(first)}–{day(last)}"


def covers(facts: MonthFacts) -> str:
    """Which parts of which cycles the month holds: the two do not follow each other."""
    month = facts.month
    parts = []
    for row in facts.cycles:
        whole = days(row.starts_on, row.ends_on)
        if row.starts_on < month.first and row.ends_on > month.last:
            parts.append(f"en del av cykel {row.cycle} ({whole})")
        elif row.starts_on < month.first:
            parts.append(f"slutet av cykel {row.cycle} ({whole})")
        elif row.ends_on > month.last:
            parts.append(f"början av cykel {row.cycle} ({whole})")
        else:
            parts.append(f"hela cykel {row.cycle} ({whole})")
    if not parts:
        return f"{month_name(month).capitalize()} ligger utanför cyklerna."
    so_far = f" Månaden är räknad till och med den {day(facts.through)}." if facts.through else ""
    return (
        f"{month_name(month).capitalize()} rymmer {_and(parts)}. Siffror för en cykel gäller hela cykeln, siffror för"
        f" månaden bara månadens egna dagar.{so_far}"
    )


def summary(facts: MonthFacts) -> str:
    """What the month came to."""
    paragraphs = [covers(facts) if facts.is_programme else ""]
    paragraphs += [_closed(facts, cycle) for cycle in facts.closed]
    paragraphs += [_turn(facts), _month(facts), _decided(facts), _blockers(facts)]
    return "\n\n".join(filter(None, paragraphs))


def plan(facts: MonthFacts) -> str:
    """What the next month is for."""
    ahead = [_weeks(facts), *(_coming(facts, cycle) for cycle in facts.coming)]
    paragraphs = [_going_on(facts), " ".join(filter(None, ahead)), _due(facts), _mitigation(facts)]
    return "\n\n".join(filter(None, paragraphs))


def _closed(facts: MonthFacts, cycle: CycleFacts) -> str:
    """A cycle that was closed: by the plan, what was promised and what became of it, what was done, against before."""
    name = month_name(facts.month)
    assert cycle.closed_on is not None
    if not cycle.is_joined or "tested" not in cycle:
        return ""
    if facts.before is not None and cycle.number in facts.before.cycles:
        when = day(cycle.closed_on)
        first = f"Enligt planeringen arbetade vi i {name} vidare i cykel {cycle.number}, som avslutades den {when}."
    else:
        first = f"Under {name} har vi avslutat cykel {cycle.number}."
    return " ".join(filter(None, [first, _passed_in(cycle), _compared(cycle), _kept(cycle)]))


def _passed_in(cycle: CycleFacts) -> str:
    done = _stages(cycle, "designade", "validerade", "testade")
    if not done:
        return f"I cykeln blev {cycle['tested'].said('inget')} arbetsflöde testat."
    lacking = "" if cycle["tested"].value else f", men {cycle['tested'].said('inget')} blev testat"
    return f"I cykeln {done.partition(' ')[0]} vi {done.partition(' ')[2]}{lacking}."


def _compared(cycle: CycleFacts) -> str:
    if cycle.ratio is None or "tested_previous" not in cycle or not cycle["tested"].value:
        return ""
    words, than = times(cycle.ratio.value)
    return (
        f"Det är {cycle.ratio.said(words)} testade arbetsflöden {than} i cykeln innan, då vi testade"
        f" {_many(cycle['tested_previous'])}."
    )


def times(ratio: Decimal) -> tuple[str, str]:
    """How many times the previous cycle, in words, and the word that compares."""
    steps = (
        (Decimal("0.60"), "betydligt färre"),
        (Decimal("0.90"), "något färre"),
        (Decimal("1.10"), "ungefär lika många"),
        (Decimal("1.35"), "något fler"),
        (Decimal("1.80"), "betydligt fler"),
        (Decimal("2.00"), "nästan dubbelt så många"),
        (Decimal("2.15"), "dubbelt så många"),
    )
    words = next((words for limit, words in steps if ratio < limit), "mer än dubbelt så många")
    return words, "som" if words.endswith("många") else "än"


def _kept(cycle: CycleFacts) -> str:
    """What became of those in the cycle."""
    members, met = cycle.figures.get("members"), cycle.figures.get("met")
    if members is None or met is None or not members.value:
        return ""
    if met.value >= members.value:
        all_ = f"Alla våra {members} arbetsflöden" if members.value > 1 else f"Vårt {members.said('enda')} arbetsflöde"
        return f"{all_} i cykeln nådde sitt mål."
    if members.value == 1:
        head = f"Vårt {members.said('enda')} arbetsflöde i cykeln nådde {met.said('inte')} sitt mål"
        ways = [f"{verb}{where}" for _, verb, where in _ways(cycle)]
        return f"{head}, det {_and(ways)}." if ways else f"{head}."
    head = f"Av våra {members} arbetsflöden i cykeln nådde {_many(met, none='inget')} sitt mål"
    return f"{head}{_others(cycle, members.value - met.value)}."


def _others(cycle: CycleFacts, others: int) -> str:
    """What became of those that did not meet their goal."""
    ways = _ways(cycle)
    if not ways:
        return ""
    (first, verb, where), *more = ways
    if not more and first.value == others == 1:
        return f", och {first.said('det återstående')} {verb}{where}"
    if not more and first.value == others:
        return f", och {first.said('de övriga')} {verb}{where}"
    then = [f"{verb} {_many(first)}{where}", *(f"{_many(figure)} {verb}{where}" for figure, verb, where in more)]
    joined = f"{then[0]}, medan {_and(then[1:])}" if len(then) > 2 else _and(then)  # noqa: PLR2004 - no "cykel 5, 7 gick"
    return f". Av de övriga {joined}"


def _ways(cycle: CycleFacts) -> list[tuple[Figure, str, str]]:
    into = f" till cykel {cycle.next_number}" if cycle.next_number else " till nästa cykel"
    ways = (
        ("carried_out", "överfördes", into),
        ("returned", "gick", " åter till backloggen"),
        ("dropped", "utgår", ""),
    )
    return [(cycle[name], verb, where) for name, verb, where in ways if name in cycle and cycle[name].value]


def _turn(facts: MonthFacts) -> str:
    """The planning week, and the cycle that began."""
    begun = [cycle for cycle in facts.begun if cycle.is_joined]
    began = {cycle.number: day(cycle.row.starts_on) for cycle in begun if not cycle.is_first}
    said = []
    for row in facts.planning:
        if row.planning_starts_on is not None and row.planning_ends_on is not None:
            when = days(row.planning_starts_on, row.planning_ends_on)
            begins = f", som började den {began.pop(row.cycle)}" if row.cycle in began else ""
            said.append(f"Vi har genomfört planeringsveckan den {when} inför cykel {row.cycle}{begins}.")
    for cycle in begun:
        if cycle.is_first:
            said.append(
                f"Från och med cykel {cycle.number}, som började den {day(cycle.row.starts_on)} (vecka "
                f"{iso_week(cycle.row.starts_on)}), arbetar vi i samma cykler som övriga projekt."
            )
        elif cycle.number in began:
            said.append(f"Den {began[cycle.number]} började cykel {cycle.number}.")
        said.append(_promise(cycle))
        if facts.is_programme and cycle.row.goal:
            said.append(f"Cykelns mål är ”{cycle.row.goal.rstrip('.')}”.")
    return " ".join(filter(None, said))


def _promise(cycle: CycleFacts) -> str:
    whole, parts = promised(cycle), goals(cycle)
    if whole is None or not whole.value:
        return f"Vi har inget åtagande i cykel {cycle.number}."
    if len(parts) == 1:
        return f"Vårt åtagande är att {_DOING[parts[0][0]]} {_flows(whole)}."
    each = [f"{_many(figure)} {'ska ' if n == 0 else ''}{_TO_DO[goal]}" for n, (goal, figure) in enumerate(parts)]
    return f"Vårt åtagande är {_flows(whole)}: {_and(each)}."


def _month(facts: MonthFacts) -> str:
    """The month by its own days, and what is left."""
    said = []
    name = month_name(facts.month)
    if facts.closed or facts.begun:
        tested = facts["tested"]
        done = "klart" if tested.value <= 1 else "klara"
        said.append(
            f"Sett till {'dagarna hittills i' if facts.through else 'hela'} {name} blev"
            f" {_flows(tested, none='inget arbetsflöde')} {done}{_by_cycle(facts)}."
        )
    else:
        said.append(_throughput(facts))
    back, fell = facts["moved_back"], facts["fell_back"]
    if back.value:
        from_done = f", varav {_many(fell)} från klar" if fell.value else ""
        said.append(f"Under månaden backade {_flows(back)} till ett tidigare steg{from_done}.")
    left, whole = facts["remaining"], facts["workflows"]
    when = f"Den {day(facts.through)}" if facts.through else "Vid månadens slut"
    if not left.value:
        all_ = f"alla {_flows(whole)} klara" if whole.value > 1 else f"{_flows(whole)} klart"
        said.append(f"{when} var {all_}." if whole.value else "")
    else:
        of = f"alla {left} arbetsflöden" if left.value == whole.value > 1 else f"{_many(left)} av {_flows(whole)}"
        of = f"vårt {left.said('enda')} arbetsflöde" if whole.value == 1 else of
        said.append(f"{when} återstod {of} att göra {'klart' if left.value == 1 else 'klara'}.")
    return " ".join(filter(None, said))


def _by_cycle(facts: MonthFacts) -> str:
    """In which cycles they were done."""
    by_cycle = facts.tested_by_cycle
    parts = [(figure, f"i cykel {number}") for number, figure in by_cycle.items() if figure.value]
    outside = facts["tested"].value - sum(figure.value for figure, _ in parts)
    if len(by_cycle) < 2 or not parts:  # noqa: PLR2004 - there is nothing to tell apart
        return ""
    if len(parts) == 1 and not outside:
        ((figure, where),) = parts
        return f", {figure.said('alla')} {where}" if figure.value > 1 else f", och det {where}"
    each = [f"{_many(figure)} {where}" for figure, where in parts]
    return f", {_and([*each, f'{outside} utanför cyklerna'] if outside > 0 else each)}"


def _throughput(facts: MonthFacts) -> str:
    name, cycle = month_name(facts.month), facts.running
    so_far = f"Hittills i {name}" if facts.through else f"Under {name}"
    done = _stages(facts, "designat", "validerat", "testat")
    none = f"{facts['tested'].said('inget')} arbetsflöde kommit vidare från design, validering eller test"
    words = f"{so_far} har {f'vi {done}' if done else none}"
    if done and not facts["tested"].value:
        words += f", men {facts['tested'].said('inget')} har blivit klart"
    if cycle is None or facts.before is None or cycle.number not in facts.before.cycles:
        return f"{words}."
    return f"Enligt planeringen har fokus legat på cykel {cycle.number}. {words}.{_so_far(facts, cycle)}"


def _so_far(facts: MonthFacts, cycle: CycleFacts) -> str:
    """What has come of the goals by now: of a month that is over nobody can tell any more."""
    members, met = cycle.figures.get("members"), cycle.figures.get("met")
    if facts.through is None or members is None or met is None or not members.value:
        return ""
    if members.value == 1:
        reached = met.said("nått" if met.value else "inte nått")
        return f" Vårt {members.said('enda')} arbetsflöde i cykeln har {reached} sitt mål."
    return f" Av våra {members} arbetsflöden i cykeln har {_many(met, none='inget')} nått sitt mål."


def _stages(of: MonthFacts | CycleFacts, *verbs: str) -> str:
    """Designade 8 arbetsflöden, validerade 7 och testade 5."""
    parts = [
        (verb, of[name])
        for verb, name in zip(verbs, ("designed", "validated", "tested"), strict=True)
        if of[name].value
    ]
    return _and([f"{verb} {_flows(figure) if n == 0 else _many(figure)}" for n, (verb, figure) in enumerate(parts)])


def _decided(facts: MonthFacts) -> str:
    """What came of the decisions that last month's plan wanted."""
    said, waiting = [], defaultdict[date, list[Blocked]](list)
    for each in facts.before.decisions if facts.before is not None else ():
        by = each.text.decide_by or facts.month.last
        if each.resolved_on is None:
            waiting[by].append(each)
        else:
            when = "samma dag" if each.resolved_on == by else f"den {day(each.resolved_on)}"
            said.append(f"Frågan ”{each.token}”, som skulle beslutas senast den {day(by)}, löstes {when}.")
    for by, questions in waiting.items():
        many = len(questions) > 1
        what = f"Fråg{'orna' if many else 'an'} {_and([f'”{each.token}”' for each in questions])}"
        if facts.through is not None and by > facts.through:
            said.append(f"{what}, som ska beslutas senast den {day(by)}, är ännu öpp{'na' if many else 'en'}.")
        else:
            still = "inte avgjorda" if many else "inte avgjord"
            said.append(f"{what}, som skulle beslutas senast den {day(by)}, är fortfarande {still}.")
    return " ".join(said)


def _blockers(facts: MonthFacts) -> str:
    opened, resolved, open_ = facts["blockers_opened"], facts["blockers_resolved"], facts["blockers_open"]
    name = month_name(facts.month)
    if not opened.value and not resolved.value and not open_.value:
        if facts.through:
            return f"Hittills i {name} har vi {open_.said('inte')} haft några hinder."
        return f"Under {name} hade vi {open_.said('inga')} hinder."
    come = f"{_many(opened)} hinder" if opened.value else f"{opened.said('inga')} nya hinder"
    gone, left = _many(resolved, none="inget"), _many(open_, none="inget hinder")
    open_words = "öppna" if open_.value > 1 else "öppet"
    if facts.through:
        words = f"Hittills i {name} har {come} tillkommit och {gone} lösts, och nu är {left} {open_words}."
    else:
        words = f"Under {name} tillkom {come} och {gone} löstes, och vid månadens slut var {left} {open_words}."
    return words + _oldest(facts, open_)


def _oldest(facts: MonthFacts, open_: Figure) -> str:
    each = facts.oldest
    if each is None:
        return ""
    age = f"i {each.days} {'dag' if each.days == 1 else 'dagar'}, sedan den {day(each.since)}"
    mitigation = f" Riskmitigering: {_as_sentence(each.text.mitigation)}" if each.text.mitigation else ""
    which = f"”{each.token}” ({', '.join(each.workstreams)})"
    has = "har" if facts.through else "hade då"
    what = f"Det är {which}, som {has}" if open_.value == 1 else f"Det äldsta, {which}, {has}"
    return f" {what} varit öppet {age}.{mitigation}"


def _going_on(facts: MonthFacts) -> str:
    cycle, name = facts.running, month_name(facts.month.next)
    if cycle is None or not cycle.is_joined or cycle.row.ends_on < facts.month.next.first:
        return ""
    focus = "Huvudfokus är"
    if cycle.row.ends_on in facts.month.next:
        first = f"Cykel {cycle.number} avslutas i {name}, med den {day(cycle.row.ends_on)} som sista dag."
        focus = "Till dess är huvudfokus"
    else:
        first = f"Under {name} fortsätter cykel {cycle.number}, som pågår till och med den {day(cycle.row.ends_on)}."
    parts, whole = goals(cycle), promised(cycle)
    if whole is None or not parts:
        return first
    each = [f"{_DOING[goal]} {_flows(figure) if n == 0 else _many(figure)}" for n, (goal, figure) in enumerate(parts)]
    goal = "målen" if len(parts) > 1 else "målet"
    said = f"{first} {focus} att nå {goal} för cykeln: att {_and(each)}."
    if facts.is_programme and cycle.row.goal and cycle not in facts.begun:
        said += f" Cykelns mål är ”{cycle.row.goal.rstrip('.')}”."
    return said


def _coming(facts: MonthFacts, cycle: CycleFacts) -> str:
    if not cycle.is_joined:
        return ""
    whole, parts = promised(cycle), goals(cycle)
    begins = f"Den {day(cycle.row.starts_on)} börjar cykel {cycle.number}."
    if whole is None or not whole.value:
        return f"{begins} Vi har ännu inte planerat något arbetsflöde till den."
    each = [f"{_many(figure)} {'ska ' if n == 0 else ''}{_TO_DO[goal]}" for n, (goal, figure) in enumerate(parts)]
    more = f": {_and(each)}" if len(parts) > 1 else f", med {_GOALS[parts[0][0]]} som mål"
    goal = f" Cykelns mål är ”{cycle.row.goal.rstrip('.')}”." if facts.is_programme and cycle.row.goal else ""
    if "committed" in cycle:
        return f"{begins} {_promise(cycle)}{goal}"
    return (
        f"{begins} Hittills är {_flows(whole)} {'planerat' if whole.value == 1 else 'planerade'} till den{more}.{goal}"
    )


def _weeks(facts: MonthFacts) -> str:
    said = [
        f"Planeringsveckan inför cykel {row.cycle} hålls den {days(row.planning_starts_on, row.planning_ends_on)}."
        for row in facts.planning_next
        if row.planning_starts_on is not None and row.planning_ends_on is not None
    ]
    return " ".join(said)


def _due(facts: MonthFacts) -> str:
    if not facts.due:
        return ""
    today = facts.through or facts.month.last
    if len(facts.due) == 1:
        return f"Vi planerar även för att beslut fattas i frågan {_question(facts.due[0], today)}."
    lines = [f"- {_question(each, today)}" for each in facts.due]
    return "Vi planerar även för att beslut fattas i följande frågor:\n" + "\n".join(lines)


def _question(each: Blocked, today: date) -> str:
    by = each.text.decide_by
    assert by is not None
    by_words = f"senast den {day(by)}" if by > today else f"som skulle ha avgjorts senast den {day(by)}"
    return f"”{each.token}”, {by_words}{f' ({each.text.decider})' if each.text.decider else ''}"


def _mitigation(facts: MonthFacts) -> str:
    count = facts["blockers_open"]
    if not count.value:
        return ""
    what = f"de {count} hinder" if count.value > 1 else f"det {count.said('enda')} hinder"
    are = "är öppna" if count.value > 1 else "är öppet"
    return f"Arbetet med riskmitigering för {what} som {are} fortsätter."


def _flows(figure: Figure, *, none: str = "inga arbetsflöden") -> str:
    if not figure.value:
        word, _, rest = none.partition(" ")
        return f"{figure.said(word)} {rest}"
    return f"{figure.said('ett')} arbetsflöde" if figure.value == 1 else f"{figure} arbetsflöden"


def _many(figure: Figure, *, none: str = "0") -> str:
    """The number by itself, of things named before."""
    words = {0: none, 1: "ett"}
    return figure.said(words[figure.value]) if figure.value in words else str(figure)


def _as_sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _and(parts: Sequence[str]) -> str:
    *first, last = parts or [""]
    return f"{', '.join(first)} och {last}" if first else last
