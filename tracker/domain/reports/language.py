"""How a draft is built in any language: what is said of a month, in which order. The sentences are each language's own.

A language is drafted by itself: whole sentences put together from translated pieces read like a translation.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.calendar import iso_week
from tracker.domain.reports.facts import Blocked, CycleFacts, Figure, MonthFacts, goals, promised
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import STAGES
from tracker.domain.states import Goal

# Below which ratio to the previous cycle each of the words in `ratios` stands, the last one above them all.
_RATIOS = [Decimal(limit) for limit in ("0.60", "0.90", "1.10", "1.35", "1.80", "2.00", "2.15")]


@dataclass(frozen=True)
class Language(ABC):
    """The words of a language. Of two phrases the first is for what is one, or over; the other for many, or so far."""

    months: str
    status: Mapping[str, str]
    to_do: Mapping[Goal, str]  # what is to be done to a workflow
    doing: Mapping[Goal, str]  # the verb
    goals: Mapping[Goal, str]  # the noun
    did: tuple[str, str, str]  # as in `STAGES`, in a sentence about a cycle
    done: tuple[str, str, str]  # and about a month
    ratios: str
    phrases: Mapping[str, str | tuple[str, str]]

    def say(self, key: str, is_other: bool = False, /, **values: object) -> str:
        """The phrase with its places filled in; of two, the first or the other."""
        phrase = self.phrases[key]
        return (phrase if isinstance(phrase, str) else phrase[is_other]).format(**values)

    def as_of_words(self, when: datetime) -> str:
        """When the figures were read, in local time."""
        return self.say("as_of", day=self.day(when), when=when)

    def published_words(self, when: datetime) -> str:
        """When it was published, in local time."""
        return self.say("published", day=self.day(when), when=when)

    def month_name(self, month: Month) -> str:
        """March."""
        return self.months.split()[month.number - 1]

    def title(self, month: Month) -> str:
        """The report's title."""
        return self.say("title", month=self.month_name(month), year=month.year)

    def summary_title(self, month: Month) -> str:
        """What stands over what was done."""
        return self.say("summary_title", month=self.month_name(month))

    def plan_title(self, month: Month) -> str:
        """What stands over what comes next."""
        return self.say("plan_title", month=self.month_name(month.next))

    def decimal(self, value: Decimal) -> str:
        """1.90."""
        return str(value)

    def day(self, on: date) -> str:
        """14 April."""
        return f"{on.day} {self.month_name(Month.of(on))}"

    def days(self, first: date, last: date) -> str:
        """13–17 March, or 30 January–19 March."""
        if first == last:
            return self.day(first)
        same_month = (first.year, first.month) == (last.year, last.month)
        return f"{first.day if same_month else self.day(first)}–{self.day(last)}"

    def covers(self, facts: MonthFacts) -> str:
        """Which parts of which cycles the month holds: the two do not follow each other."""
        month, name = facts.month, self.month_name(facts.month).capitalize()
        parts = []
        for row in facts.cycles:
            kind = "late_part" if row.starts_on < month.first else "early_part"
            part = self.say(kind, row.ends_on > month.last, cycle=row.cycle)
            parts.append(f"{part} ({self.days(row.starts_on, row.ends_on)})")
        if not parts:
            return self.say("outside_cycles", month=name)
        so_far = self.say("counted_up_to", day=self.day(facts.through)) if facts.through else ""
        return self.say("covers", month=name, parts=self.listed(parts), so_far=so_far)

    def summary(self, facts: MonthFacts) -> str:
        """What the month came to."""
        paragraphs = [self.covers(facts) if facts.is_programme else ""]
        paragraphs += [self._closed(facts, cycle) for cycle in facts.closed]
        paragraphs += [self._turn(facts), self._month(facts), self._decided(facts), self._blockers(facts)]
        return "\n\n".join(filter(None, paragraphs))

    def plan(self, facts: MonthFacts) -> str:
        """What the next month is for."""
        ahead = _joined([*self._weeks(facts), *(self._coming(facts, cycle) for cycle in facts.coming)])
        paragraphs = [self._going_on(facts), ahead, self._due(facts), self._mitigation(facts)]
        return "\n\n".join(filter(None, paragraphs))

    def _closed(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        """A cycle that was closed: by the plan, what was promised and came of it, what was done, against before."""
        assert cycle.closed_on is not None
        if not cycle.is_joined or "tested" not in cycle:
            return ""
        is_planned = facts.before is not None and cycle.number in facts.before.cycles
        values = {"cycle": cycle.number, "month": self.month_name(facts.month), "day": self.day(cycle.closed_on)}
        first = self.say("closed", is_planned, **values)
        return _joined([first, self._passed_in(cycle), self._compared(cycle), self._kept(cycle)])

    def _passed_in(self, cycle: CycleFacts) -> str:
        done, tested = self._stages(cycle, self.did), cycle["tested"]
        if not done:
            return self.say("none_tested", no=tested.said(self.say("no")))
        lacking = "" if tested.value else self.say("but_none_tested", none=tested.said(self.say("none")))
        verb, _, rest = done.partition(" ")
        return self.say("passed", verb=verb, rest=f"{rest}{lacking}")

    def _compared(self, cycle: CycleFacts) -> str:
        if cycle.ratio is None or "tested_previous" not in cycle or not cycle["tested"].value:
            return ""
        words, than = self.times(cycle.ratio.value)
        previous = self.many(cycle["tested_previous"])
        return self.say("compared", ratio=cycle.ratio.said(words), than=than, previous=previous)

    def times(self, ratio: Decimal) -> tuple[str, str]:
        """How many times the previous cycle, in words, and the word that compares."""
        words = self.ratios.split(", ")[sum(limit <= ratio for limit in _RATIOS)]
        return words, self.say("than", words.endswith(self.say("as_many")))

    def _kept(self, cycle: CycleFacts) -> str:
        """What became of those in the cycle."""
        members, met = cycle.figures.get("members"), cycle.figures.get("met")
        if members is None or met is None or not members.value:
            return ""
        ours = self._ours(members)
        if met.value >= members.value:
            return self.say("all_met", members.value > 1, members=ours)
        if members.value == 1:
            head = self.say("one_missed", only=ours, no=met.said(self.say("not")))
            ways = self.listed([words for _, words in self._ways(cycle)])
            return self.say("and_its_fate", head=head, ways=ways) if ways else f"{head}."
        head = self.say("some_met", met.value > 1, members=members, met=self.many(met, self.say("none")))
        return f"{head}{self._others(cycle, members.value - met.value)}."

    def _others(self, cycle: CycleFacts, others: int) -> str:
        """What became of those that did not meet their goal."""
        ways = self._ways(cycle)
        if not ways:
            return ""
        first, words = ways[0]
        if len(ways) == 1 and first.value == others:
            return self.say("and_the_rest", rest=first.said(self.say("the_rest", others > 1)), words=words)
        each = self._each_way(ways)
        if len(each) > 2:  # noqa: PLR2004 - no "cycle 5, 7 were"
            return self.say("of_the_others", ways=self.say("while", first=each[0], others=self.listed(each[1:])))
        return self.say("of_the_others", ways=self.listed(each))

    @abstractmethod
    def _each_way(self, ways: Sequence[tuple[Figure, str]]) -> list[str]:
        """How many left in each way, as parts of a sentence."""

    def _ways(self, cycle: CycleFacts) -> list[tuple[Figure, str]]:
        """How they left the cycle, with how many did."""
        next_cycle = self.say("to_next", cycle.next_number is not None, cycle=cycle.next_number)
        ways = [(name, self.say(name, into=next_cycle)) for name in ("carried_out", "returned", "dropped")]
        return [(cycle[name], words) for name, words in ways if name in cycle and cycle[name].value]

    def _turn(self, facts: MonthFacts) -> str:
        """The planning week, and the cycle that began."""
        begun = [cycle for cycle in facts.begun if cycle.is_joined]
        began = {cycle.number: self.day(cycle.row.starts_on) for cycle in begun if not cycle.is_first}
        said = []
        for row in facts.planning:
            if row.planning_starts_on is not None and row.planning_ends_on is not None:
                when = self.days(row.planning_starts_on, row.planning_ends_on)
                begins = self.say("which_began", day=began.pop(row.cycle)) if row.cycle in began else ""
                said.append(self.say("planned", when=when, cycle=row.cycle, begins=begins))
        for cycle in begun:
            first = cycle.row.starts_on
            if cycle.is_first:
                said.append(self.say("joined", cycle=cycle.number, day=self.day(first), week=iso_week(first)))
            elif cycle.number in began:
                said.append(self.say("began", cycle=cycle.number, day=began[cycle.number]))
            said += [self._promise(cycle), self._goal(facts, cycle)]
        return _joined(said)

    def _goal(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        is_said = facts.is_programme and cycle.row.goal
        return self.say("goal", goal=cycle.row.goal.rstrip(".")) if is_said else ""

    def _promise(self, cycle: CycleFacts) -> str:
        whole, parts = promised(cycle), goals(cycle)
        if whole is None or not whole.value:
            return self.say("no_promise", cycle=cycle.number)
        if len(parts) == 1:
            return self.say("promise_of_one_kind", doing=self.doing[parts[0][0]], flows=self.flows(whole))
        return self.say("promise", flows=self.flows(whole), parts=self._to_be_done(parts))

    def _to_be_done(self, parts: Sequence[tuple[Goal, Figure]]) -> str:
        """One to be designed and 3 validated."""
        begin = self.say("to_be")
        each = [f"{self.many(figure)} {'' if n else begin}{self.to_do[goal]}" for n, (goal, figure) in enumerate(parts)]
        return self.listed(each)

    def _month(self, facts: MonthFacts) -> str:
        """The month by its own days, and what is left."""
        first = self._done_in(facts) if facts.closed or facts.begun else self._throughput(facts)
        back, fell = facts["moved_back"], facts["fell_back"]
        from_done = self.say("from_done", fell=self.many(fell)) if fell.value else ""
        moved = self.say("moved_back", flows=self.flows(back), from_done=from_done) if back.value else ""
        return _joined([first, moved, self._left(facts)])

    def _done_in(self, facts: MonthFacts) -> str:
        tested, is_many = facts["tested"], facts["tested"].value > 1
        over = self.say("over", facts.through is not None, month=self.month_name(facts.month))
        flows = self.flows(tested, none="no_flow")
        return self.say("done_in_month", is_many, over=over, flows=flows, by_cycle=self._by_cycle(facts))

    def _left(self, facts: MonthFacts) -> str:
        left, whole = facts["remaining"], facts["workflows"]
        when = self.say("at_the_end", True, day=self.day(facts.through)) if facts.through else self.say("at_the_end")
        if not left.value:
            flows = self.flows(whole)
            return self.say("all_done", whole.value > 1, when=when, flows=flows) if whole.value else ""
        if whole.value == 1:
            of = self.say("our_only", only=left.said(self.say("only")))
        elif left.value == whole.value:
            of = self.say("all_flows", left=left)
        else:
            of = self.say("left_of", left=self.many(left), flows=self.flows(whole))
        return self.say("remained", left.value > 1, when=when, of=of)

    def _by_cycle(self, facts: MonthFacts) -> str:
        """In which cycles they were done."""
        by_cycle = facts.tested_by_cycle
        parts = [(each, self.say("in_cycle", cycle=number)) for number, each in by_cycle.items() if each.value]
        outside = facts["tested"].value - sum(figure.value for figure, _ in parts)
        if len(by_cycle) < 2 or not parts:  # noqa: PLR2004 - there is nothing to tell apart
            return ""
        if len(parts) == 1 and not outside:
            ((figure, where),) = parts
            return self.say("all_there", figure.value > 1, all=figure.said(self.say("all")), where=where)
        each = [f"{self.many(figure)} {where}" for figure, where in parts]
        return f", {self.listed([*each, self.say('outside', count=outside)] if outside > 0 else each)}"

    def _throughput(self, facts: MonthFacts) -> str:
        name, cycle, tested = self.month_name(facts.month), facts.running, facts["tested"]
        done, is_so_far = self._stages(facts, self.done), facts.through is not None
        if done:
            lacking = "" if tested.value else self.say("but_none_done", none=tested.said(self.say("none")))
            words = self.say("we_passed", is_so_far, month=name, done=f"{done}{lacking}")
        else:
            words = self.say("none_passed", is_so_far, month=name, no=tested.said(self.say("no")))
        if cycle is None or facts.before is None or cycle.number not in facts.before.cycles:
            return f"{words}."
        return self.say("focus", cycle=cycle.number, words=words, so_far=self._so_far(facts, cycle))

    def _so_far(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        """What has come of the goals by now: of a month that is over nobody can tell any more."""
        members, met = cycle.figures.get("members"), cycle.figures.get("met")
        if facts.through is None or members is None or met is None or not members.value:
            return ""
        if members.value == 1:
            return self.say("one_has", only=self._ours(members), met=met.said(self.say("has_met", met.value > 0)))
        return self.say("some_have", met.value > 1, members=members, met=self.many(met, self.say("none")))

    def _stages(self, of: MonthFacts | CycleFacts, verbs: Sequence[str]) -> str:
        """Designed 8 workflows, validated 7 and tested 5."""
        parts = [(verb, of[name]) for verb, name in zip(verbs, STAGES, strict=True) if of[name].value]
        return self._counted(parts)

    def _counted(self, parts: Iterable[tuple[str, Figure]]) -> str:
        """Verbs with how many, of which only the first is told what they are."""
        each = enumerate(parts)
        return self.listed([f"{verb} {self.many(figure) if n else self.flows(figure)}" for n, (verb, figure) in each])

    def _decided(self, facts: MonthFacts) -> str:
        """What came of the decisions that last month's plan wanted."""
        said, waiting = [], defaultdict[date, list[Blocked]](list)
        for each in facts.before.decisions if facts.before is not None else ():
            by = each.text.decide_by or facts.month.last
            if each.resolved_on is None:
                waiting[by].append(each)
            else:
                when = self.say("on_day", each.resolved_on == by, day=self.day(each.resolved_on))
                said.append(self.say("resolved", question=self._quoted(each), by=self.day(by), when=when))
        for by, questions in waiting.items():
            is_early = facts.through is not None and by > facts.through
            what = self.listed([self._quoted(each) for each in questions])
            key = "still_open" if is_early else "undecided"
            said.append(self.say(key, len(questions) > 1, questions=what, by=self.day(by)))
        return " ".join(said)

    def _quoted(self, each: Blocked) -> str:
        return self.say("quoted", text=each.token)

    def _blockers(self, facts: MonthFacts) -> str:
        opened, resolved, open_ = facts["blockers_opened"], facts["blockers_resolved"], facts["blockers_open"]
        name, is_so_far = self.month_name(facts.month), facts.through is not None
        if not opened.value and not resolved.value and not open_.value:
            return self.say("no_blockers", is_so_far, month=name, no=open_.said(self.say("no_blocker", is_so_far)))
        return self._came_and_went(name, is_so_far, opened, resolved, open_) + self._oldest(facts, open_)

    @abstractmethod
    def _came_and_went(self, month: str, is_so_far: bool, opened: Figure, resolved: Figure, open_: Figure) -> str:
        """How many blockers came up, were resolved and are open."""

    def _oldest(self, facts: MonthFacts, open_: Figure) -> str:
        each = facts.oldest
        if each is None:
            return ""
        which = f"{self._quoted(each)} ({', '.join(each.workstreams)})"
        has, since = self.say("has_been", facts.through is not None), self.day(each.since)
        words = self.say("oldest", open_.value == 1, which=which, has=has)
        age = self.say("age", each.days != 1, days=each.days, day=since)
        # People write it once, in the language they work in: it is quoted, not made to look like ours.
        mitigation = self.say("mitigation", text=_as_sentence(each.text.mitigation)) if each.text.mitigation else ""
        return f" {words} {age}.{mitigation}"

    def _going_on(self, facts: MonthFacts) -> str:
        cycle, month = facts.running, facts.month.next
        if cycle is None or not cycle.is_joined or cycle.row.ends_on < month.first:
            return ""
        ends = cycle.row.ends_on in month
        values = {"cycle": cycle.number, "month": self.month_name(month), "day": self.day(cycle.row.ends_on)}
        first = self.say("goes_on", ends, **values)
        parts, whole = goals(cycle), promised(cycle)
        if whole is None or not parts:
            return first
        each = self._counted([(self.doing[goal], figure) for goal, figure in parts])
        meet = self.say("to_meet", len(parts) > 1, focus=self.say("main_focus", ends), parts=each)
        return _joined([first, meet, self._goal(facts, cycle) if cycle not in facts.begun else ""])

    def _coming(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        if not cycle.is_joined:
            return ""
        whole, parts = promised(cycle), goals(cycle)
        begins = self.say("begins", day=self.day(cycle.row.starts_on), cycle=cycle.number)
        if whole is None or not whole.value:
            return f"{begins} {self.say('nothing_planned')}"
        if "committed" in cycle:
            return _joined([begins, self._promise(cycle), self._goal(facts, cycle)])
        if len(parts) > 1:
            more = f": {self._to_be_done(parts)}"
        else:
            more = self.say("with_goal", whole.value > 1, goal=self.goals[parts[0][0]])
        planned = self.say("planned_so_far", whole.value > 1, flows=self.flows(whole), more=more)
        return _joined([begins, planned, self._goal(facts, cycle)])

    def _weeks(self, facts: MonthFacts) -> Iterator[str]:
        for row in facts.planning_next:
            if row.planning_starts_on is not None and row.planning_ends_on is not None:
                when = self.days(row.planning_starts_on, row.planning_ends_on)
                yield self.say("planning_week", cycle=row.cycle, when=when)

    def _due(self, facts: MonthFacts) -> str:
        if not facts.due:
            return ""
        questions = [self._question(each, facts.through or facts.month.last) for each in facts.due]
        if len(questions) == 1:
            return self.say("decision", question=questions[0])
        return "\n".join([self.say("decisions"), *(f"- {question}" for question in questions)])

    def _question(self, each: Blocked, today: date) -> str:
        by = each.text.decide_by
        assert by is not None
        decider = f" ({each.text.decider})" if each.text.decider else ""
        return f"{self._quoted(each)}, {self.say('decide_by', by <= today, day=self.day(by))}{decider}"

    def _mitigation(self, facts: MonthFacts) -> str:
        count = facts["blockers_open"]
        if not count.value:
            return ""
        shown = count if count.value > 1 else count.said(self.say("the_only"))
        return self.say("mitigating", count.value > 1, count=shown)

    def _ours(self, figure: Figure) -> str:
        """The number, where it is one as the only one."""
        return figure.said(self.say("only")) if figure.value == 1 else str(figure)

    def flows(self, figure: Figure, none: str = "no_flows") -> str:
        """So many workflows."""
        if not figure.value:
            word, _, rest = self.say(none).partition(" ")
            return f"{figure.said(word)} {rest}"
        return self.say("flows", figure.value > 1, count=self.many(figure))

    def many(self, figure: Figure, none: str = "0") -> str:
        """The number by itself, of things named before."""
        words = {0: none, 1: self.say("one")}
        return figure.said(words[figure.value]) if figure.value in words else str(figure)

    def listed(self, parts: Sequence[str]) -> str:
        """The parts as one."""
        *first, last = parts or [""]
        return f"{', '.join(first)} {self.say('and')} {last}" if first else last


def _joined(sentences: Iterable[str]) -> str:
    return " ".join(filter(None, sentences))


def _as_sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
