"""The draft in English, as a project lead would write it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.calendar import iso_week
from tracker.domain.reports.facts import Blocked, CycleFacts, Figure, MonthFacts, goals, promised
from tracker.domain.reports.months import Month
from tracker.domain.states import Goal

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_TO_DO = {Goal.DESIGN: "designed", Goal.VALIDATION: "validated", Goal.TEST: "tested"}
_DOING = {Goal.DESIGN: "design", Goal.VALIDATION: "validate", Goal.TEST: "test"}


INTRODUCTION = "Introduction"
PROGRAMME = "The programme as a whole"
STATUS = {"not_begun": "not begun", "draft": "draft", "ready": "ready"}
SAMPLE = "Sample data – made-up figures."
DRAFTED = "Drafted from the history, not read through by the project."
NOTHING = "Nothing is written."
OTHER_LANGUAGE = "Written in Swedish."
UNFINISHED = "The project has not marked the text as ready."


def as_of_words(when: datetime) -> str:
    """When the figures were read, in local time."""
    return f"Figures as of {day(when)} {when.year}, {when:%H:%M}."


def published_words(when: datetime) -> str:
    """When it was published, in local time."""
    return f"Published {day(when)} {when.year}, {when:%H:%M}; figures that have changed since are marked."


def missing_words(names: Sequence[str]) -> str:
    """Which parts nobody has made ready."""
    return f"Not ready from: {'; '.join(names)}."


def now_words(value: str) -> str:
    """Beside a figure that says something else now."""
    return f"now {value}"


def reported_words(value: str) -> str:
    """Beside a figure that the close of its cycle reported otherwise."""
    return f"{value} as reported"


def month_name(month: Month) -> str:
    """March."""
    return MONTHS[month.number - 1]


def title(month: Month) -> str:
    """The report's title."""
    return f"Status report {month_name(month)} {month.year}"


def summary_title(month: Month) -> str:
    """What stands over what was done."""
    return f"Summary {month_name(month)}"


def plan_title(month: Month) -> str:
    """What stands over what comes next."""
    return f"Plan for {month_name(month.next)}"


def decimal(value: Decimal) -> str:
    """1.90."""
    return str(value)


def day(on: date) -> str:
    """14 April."""
    return f"{on.day} {MONTHS[on.month - 1]}"


def days(first: date, last: date) -> str:
    """13–17 March, or 30 January–19 March."""
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
            parts.append(f"a part of cycle {row.cycle} ({whole})")
        elif row.starts_on < month.first:
            parts.append(f"the end of cycle {row.cycle} ({whole})")
        elif row.ends_on > month.last:
            parts.append(f"the beginning of cycle {row.cycle} ({whole})")
        else:
            parts.append(f"all of cycle {row.cycle} ({whole})")
    if not parts:
        return f"{month_name(month)} lies outside the cycles."
    so_far = f" The month is counted up to and including {day(facts.through)}." if facts.through else ""
    return (
        f"{month_name(month)} holds {_and(parts)}. Figures of a cycle are for the whole cycle, figures of the month for"
        f" its own days only.{so_far}"
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
        first = f"As planned, we went on with cycle {cycle.number} in {name} and closed it on {day(cycle.closed_on)}."
    else:
        first = f"In {name} we closed cycle {cycle.number}."
    return " ".join(filter(None, [first, _passed_in(cycle), _compared(cycle), _kept(cycle)]))


def _passed_in(cycle: CycleFacts) -> str:
    done = _stages(cycle)
    if not done:
        return f"In the cycle {cycle['tested'].said('no')} workflow was tested."
    lacking = "" if cycle["tested"].value else f", but tested {cycle['tested'].said('none')}"
    return f"In the cycle we {done}{lacking}."


def _compared(cycle: CycleFacts) -> str:
    if cycle.ratio is None or "tested_previous" not in cycle or not cycle["tested"].value:
        return ""
    words, than = times(cycle.ratio.value)
    return (
        f"That is {cycle.ratio.said(words)} tested workflows {than} in the cycle before, when we tested"
        f" {_many(cycle['tested_previous'])}."
    )


def times(ratio: Decimal) -> tuple[str, str]:
    """How many times the previous cycle, in words, and the word that compares."""
    steps = (
        (Decimal("0.60"), "far fewer"),
        (Decimal("0.90"), "somewhat fewer"),
        (Decimal("1.10"), "about as many"),
        (Decimal("1.35"), "somewhat more"),
        (Decimal("1.80"), "far more"),
        (Decimal("2.00"), "nearly twice as many"),
        (Decimal("2.15"), "twice as many"),
    )
    words = next((words for limit, words in steps if ratio < limit), "more than twice as many")
    return words, "as" if words.endswith("many") else "than"


def _kept(cycle: CycleFacts) -> str:
    """What became of those in the cycle."""
    members, met = cycle.figures.get("members"), cycle.figures.get("met")
    if members is None or met is None or not members.value:
        return ""
    if met.value >= members.value:
        all_ = f"All our {members} workflows" if members.value > 1 else f"Our {members.said('only')} workflow"
        return f"{all_} in the cycle met {'their' if members.value > 1 else 'its'} goal."
    if members.value == 1:
        head = f"Our {members.said('only')} workflow in the cycle did {met.said('not')} meet its goal"
        ways = [words for _, words in _ways(cycle)]
        return f"{head} and was {_and(ways)}." if ways else f"{head}."
    goal = f"met {'its' if met.value <= 1 else 'their'} goal"
    head = f"Of our {members} workflows in the cycle, {_many(met, none='none')} {goal}"
    return f"{head}{_others(cycle, members.value - met.value)}."


def _others(cycle: CycleFacts, others: int) -> str:
    """What became of those that did not meet their goal."""
    ways = _ways(cycle)
    if not ways:
        return ""
    first, words = ways[0]
    if len(ways) == 1 and first.value == others:
        return f", and {first.said('the other one was' if others == 1 else 'the others were')} {words}"
    each = [f"{_many(figure)} {'was' if figure.value == 1 else 'were'} {words}" for figure, words in ways]
    joined = f"{each[0]}, while {_and(each[1:])}" if len(each) > 2 else _and(each)  # noqa: PLR2004 - no "cycle 5, 7 were"
    return f". Of the others, {joined}"


def _ways(cycle: CycleFacts) -> list[tuple[Figure, str]]:
    into = f"cycle {cycle.next_number}" if cycle.next_number else "the next cycle"
    ways = ("carried_out", f"carried over to {into}"), ("returned", "returned to the backlog"), ("dropped", "dropped")
    return [(cycle[name], words) for name, words in ways if name in cycle and cycle[name].value]


def _turn(facts: MonthFacts) -> str:
    """The planning week, and the cycle that began."""
    begun = [cycle for cycle in facts.begun if cycle.is_joined]
    began = {cycle.number: day(cycle.row.starts_on) for cycle in begun if not cycle.is_first}
    said = []
    for row in facts.planning:
        if row.planning_starts_on is not None and row.planning_ends_on is not None:
            when = days(row.planning_starts_on, row.planning_ends_on)
            begins = f", which began on {began.pop(row.cycle)}" if row.cycle in began else ""
            said.append(f"On {when} we held the planning week for cycle {row.cycle}{begins}.")
    for cycle in begun:
        if cycle.is_first:
            when = f"{day(cycle.row.starts_on)} (week {iso_week(cycle.row.starts_on)})"
            said.append(
                f"From cycle {cycle.number} on, which began on {when}, we work in the same cycles as the others."
            )
        elif cycle.number in began:
            said.append(f"Cycle {cycle.number} began on {began[cycle.number]}.")
        said.append(_promise(cycle))
        if facts.is_programme and cycle.row.goal:
            said.append(_goal(cycle))
    return " ".join(filter(None, said))


def _promise(cycle: CycleFacts) -> str:
    whole, parts = promised(cycle), goals(cycle)
    if whole is None or not whole.value:
        return f"We have no commitment in cycle {cycle.number}."
    if len(parts) == 1:
        return f"Our commitment is to {_DOING[parts[0][0]]} {_flows(whole)}."
    each = [f"{_many(figure)} {'to be ' if n == 0 else ''}{_TO_DO[goal]}" for n, (goal, figure) in enumerate(parts)]
    return f"Our commitment is {_flows(whole)}: {_and(each)}."


def _month(facts: MonthFacts) -> str:
    """The month by its own days, and what is left."""
    said = []
    name = month_name(facts.month)
    if facts.closed or facts.begun:
        tested = facts["tested"]
        over = f"In {name} so far" if facts.through else f"Over the whole of {name}"
        were = "was" if tested.value <= 1 else "were"
        said.append(f"{over}, {_flows(tested, none='no workflow')} {were} done{_by_cycle(facts)}.")
    else:
        said.append(_throughput(facts))
    back, fell = facts["moved_back"], facts["fell_back"]
    if back.value:
        from_done = f", {_many(fell)} of them from done" if fell.value else ""
        said.append(f"During the month, {_flows(back)} moved back to an earlier stage{from_done}.")
    left, whole = facts["remaining"], facts["workflows"]
    when = f"On {day(facts.through)}," if facts.through else "At the end of the month,"
    if not left.value:
        said.append(
            f"{when} {'all ' if whole.value > 1 else ''}{_flows(whole)} {'were' if whole.value > 1 else 'was'} done."
            if whole.value
            else ""
        )
    else:
        of = f"all {left} workflows" if left.value == whole.value > 1 else f"{_many(left)} of {_flows(whole)}"
        of = f"our {left.said('only')} workflow" if whole.value == 1 else of
        said.append(f"{when} {of} remained to be done.")
    return " ".join(filter(None, said))


def _by_cycle(facts: MonthFacts) -> str:
    """In which cycles they were done."""
    by_cycle = facts.tested_by_cycle
    parts = [(figure, f"in cycle {number}") for number, figure in by_cycle.items() if figure.value]
    outside = facts["tested"].value - sum(figure.value for figure, _ in parts)
    if len(by_cycle) < 2 or not parts:  # noqa: PLR2004 - there is nothing to tell apart
        return ""
    if len(parts) == 1 and not outside:
        ((figure, where),) = parts
        return f", {figure.said('all')} of them {where}" if figure.value > 1 else f", {where}"
    each = [f"{_many(figure)} {where}" for figure, where in parts]
    return f", {_and([*each, f'{outside} outside the cycles'] if outside > 0 else each)}"


def _throughput(facts: MonthFacts) -> str:
    name, cycle = month_name(facts.month), facts.running
    so_far = f"So far in {name}," if facts.through else f"In {name},"
    done = _stages(facts)
    have, passed = ("we have ", "has passed") if facts.through else ("we ", "passed")
    words = (
        f"{so_far} {have}{done}"
        if done
        else f"{so_far} {facts['tested'].said('no')} workflow {passed} design, validation or test"
    )
    if done and not facts["tested"].value:
        words += f", but tested {facts['tested'].said('none')}"
    if cycle is None or facts.before is None or cycle.number not in facts.before.cycles:
        return f"{words}."
    return f"As planned, the focus has been on cycle {cycle.number}. {words}.{_so_far(facts, cycle)}"


def _so_far(facts: MonthFacts, cycle: CycleFacts) -> str:
    """What has come of the goals by now: of a month that is over nobody can tell any more."""
    members, met = cycle.figures.get("members"), cycle.figures.get("met")
    if facts.through is None or members is None or met is None or not members.value:
        return ""
    if members.value == 1:
        reached = met.said("met" if met.value else "not met")
        return f" Our {members.said('only')} workflow in the cycle has {reached} its goal."
    have = f"{_many(met, none='none')} {'has' if met.value <= 1 else 'have'}"
    return f" Of our {members} workflows in the cycle, {have} met {'its' if met.value <= 1 else 'their'} goal."


def _stages(of: MonthFacts | CycleFacts) -> str:
    """Designed 8 workflows, validated 7 and tested 5."""
    parts = [(verb, of[verb]) for verb in ("designed", "validated", "tested") if of[verb].value]
    return _and([f"{verb} {_flows(figure) if n == 0 else _many(figure)}" for n, (verb, figure) in enumerate(parts)])


def _decided(facts: MonthFacts) -> str:
    """What came of the decisions that last month's plan wanted."""
    said, waiting = [], defaultdict[date, list[Blocked]](list)
    for each in facts.before.decisions if facts.before is not None else ():
        by = each.text.decide_by or facts.month.last
        if each.resolved_on is None:
            waiting[by].append(each)
        else:
            when = "that same day" if each.resolved_on == by else f"on {day(each.resolved_on)}"
            said.append(f"The question “{each.token}”, to be decided by {day(by)}, was resolved {when}.")
    for by, questions in waiting.items():
        many = len(questions) > 1
        what = f"The question{'s' if many else ''} {_and([f'“{each.token}”' for each in questions])}"
        if facts.through is not None and by > facts.through:
            said.append(f"{what}, to be decided by {day(by)}, {'are' if many else 'is'} still open.")
        else:
            said.append(
                f"{what} {'were' if many else 'was'} to be decided by {day(by)} and"
                f" {'are' if many else 'is'} not settled yet."
            )
    return " ".join(said)


def _blockers(facts: MonthFacts) -> str:
    opened, resolved, open_ = facts["blockers_opened"], facts["blockers_resolved"], facts["blockers_open"]
    name = month_name(facts.month)
    if not opened.value and not resolved.value and not open_.value:
        so_far = f"So far in {name}, we have had" if facts.through else f"In {name}, we had"
        return f"{so_far} {open_.said('no')} blockers."
    come = f"{_many(opened, none='no new')} blocker{'' if opened.value == 1 else 's'}"
    gone, left = _many(resolved, none="none"), _many(open_, none="none")
    if facts.through:
        have, has = "has" if opened.value == 1 else "have", "has" if resolved.value <= 1 else "have"
        are = "are" if open_.value > 1 else "is"
        words = f"So far in {name}, {come} {have} come up and {gone} {has} been resolved; {left} {are} open now."
    else:
        was, were = "was" if resolved.value <= 1 else "were", "were" if open_.value > 1 else "was"
        end = f"at the end of the month {left} {were} open"
        words = f"In {name}, {come} came up and {gone} {was} resolved; {end}."
    return words + _oldest(facts, open_)


def _oldest(facts: MonthFacts, open_: Figure) -> str:
    each = facts.oldest
    if each is None:
        return ""
    age = f"for {each.days} day{'' if each.days == 1 else 's'}, since {day(each.since)}"
    # People write it once, in the language they work in: it is quoted, not made to look like ours.
    mitigation = f" The mitigation reads: “{_as_sentence(each.text.mitigation)}”" if each.text.mitigation else ""
    which = f"“{each.token}” ({', '.join(each.workstreams)})"
    has = "has" if facts.through else "had then"
    what = f"It is {which}, which {has}" if open_.value == 1 else f"The oldest, {which}, {has}"
    return f" {what} been open {age}.{mitigation}"


def _going_on(facts: MonthFacts) -> str:
    cycle, name = facts.running, month_name(facts.month.next)
    if cycle is None or not cycle.is_joined or cycle.row.ends_on < facts.month.next.first:
        return ""
    focus = "The main focus is"
    if cycle.row.ends_on in facts.month.next:
        first = f"Cycle {cycle.number} ends in {name}, with {day(cycle.row.ends_on)} as its last day."
        focus = "Until then the main focus is"
    else:
        first = f"In {name} we go on with cycle {cycle.number}, which runs until {day(cycle.row.ends_on)}."
    parts, whole = goals(cycle), promised(cycle)
    if whole is None or not parts:
        return first
    each = [f"{_DOING[goal]} {_flows(figure) if n == 0 else _many(figure)}" for n, (goal, figure) in enumerate(parts)]
    goals_ = "goals" if len(parts) > 1 else "goal"
    said = f"{first} {focus} on meeting the {goals_} of the cycle: to {_and(each)}."
    return f"{said} {_goal(cycle)}" if facts.is_programme and cycle.row.goal and cycle not in facts.begun else said


def _coming(facts: MonthFacts, cycle: CycleFacts) -> str:
    if not cycle.is_joined:
        return ""
    whole, parts = promised(cycle), goals(cycle)
    begins = f"Cycle {cycle.number} begins on {day(cycle.row.starts_on)}."
    if whole is None or not whole.value:
        return f"{begins} We have not planned any workflow for it yet."
    each = [f"{_many(figure)} {'to be ' if n == 0 else ''}{_TO_DO[goal]}" for n, (goal, figure) in enumerate(parts)]
    more = (
        f": {_and(each)}"
        if len(parts) > 1
        else f", with {parts[0][0].value} as their goal"
        if whole.value > 1
        else f", with {parts[0][0].value} as its goal"
    )
    goal = f" {_goal(cycle)}" if facts.is_programme and cycle.row.goal else ""
    if "committed" in cycle:
        return f"{begins} {_promise(cycle)}{goal}"
    return f"{begins} So far {_flows(whole)} {'is' if whole.value == 1 else 'are'} planned for it{more}.{goal}"


def _goal(cycle: CycleFacts) -> str:
    return f"The goal of the cycle is “{cycle.row.goal.rstrip('.')}”."


def _weeks(facts: MonthFacts) -> str:
    said = [
        f"The planning week for cycle {row.cycle} is held on {days(row.planning_starts_on, row.planning_ends_on)}."
        for row in facts.planning_next
        if row.planning_starts_on is not None and row.planning_ends_on is not None
    ]
    return " ".join(said)


def _due(facts: MonthFacts) -> str:
    if not facts.due:
        return ""
    today = facts.through or facts.month.last
    if len(facts.due) == 1:
        return f"We also plan for a decision on {_question(facts.due[0], today)}."
    lines = [f"- {_question(each, today)}" for each in facts.due]
    return "We also plan for decisions on the following questions:\n" + "\n".join(lines)


def _question(each: Blocked, today: date) -> str:
    by = each.text.decide_by
    assert by is not None
    words = f"by {day(by)}" if by > today else f"which should have been decided by {day(by)}"
    return f"“{each.token}”, {words}{f' ({each.text.decider})' if each.text.decider else ''}"


def _mitigation(facts: MonthFacts) -> str:
    count = facts["blockers_open"]
    if not count.value:
        return ""
    return (
        f"The work on mitigating the {count} open blockers goes on."
        if count.value > 1
        else f"The work on mitigating the {count.said('one')} open blocker goes on."
    )


def _flows(figure: Figure, *, none: str = "no workflows") -> str:
    if not figure.value:
        word, _, rest = none.partition(" ")
        return f"{figure.said(word)} {rest}"
    return f"{figure.said('one')} workflow" if figure.value == 1 else f"{figure} workflows"


def _many(figure: Figure, *, none: str = "0") -> str:
    """The number by itself, of things named before."""
    words = {0: none, 1: "one"}
    return figure.said(words[figure.value]) if figure.value in words else str(figure)


def _as_sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _and(parts: Sequence[str]) -> str:
    *first, last = parts or [""]
    return f"{', '.join(first)} and {last}" if first else last
