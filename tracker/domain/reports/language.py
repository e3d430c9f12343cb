"""How a draft is built in any language: what is said of a month, in which order. The sentences are each language's own.

A language is drafted by itself: whole sentences put together from translated pieces read like a translation.
"""

import tomllib
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Self

from tracker.domain.calendar import iso_week
from tracker.domain.programme.rows import CycleRow
from tracker.domain.reports.facts import Blocked, CycleFacts, Figure, MonthFacts, goals, goals_left, promised
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import KEPT, SHARED, STAGES
from tracker.domain.states import Goal

# Below which ratio to the previous cycle each of the words in `ratios` stands, the last one above them all.
_RATIOS = [Decimal(limit) for limit in ("0.75", "0.90", "1.10", "1.35", "1.80", "2.00", "2.15")]
_LEAST_COMPARED = 10  # workflows in each of two cycles: a ratio of fewer says little


@dataclass(frozen=True)
class Language(ABC):
    """The words of a language. Of two phrases the first is for what is one, or over; the other for many, or so far."""

    months: str
    status: Mapping[str, str]
    to_do: Mapping[str, str]  # by goal what is to be done to a workflow
    doing: Mapping[str, str]  # the verb
    goals: Mapping[str, str]  # the noun
    did: Sequence[str]  # as in `STAGES`, in a sentence about a cycle
    done: Sequence[str]  # and about a month
    ratios: str
    phrases: Mapping[str, str | Sequence[str]]

    @classmethod
    def read(cls, name: str) -> Self:
        """The language with the words that stand in its file beside this one."""
        return cls(**tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8")))

    def say(self, key: str, is_other: bool = False, /, **values: object) -> str:
        """The phrase with its places filled in; of two, the first or the other."""
        phrase = self.phrases[key]
        return (phrase if isinstance(phrase, str) else phrase[is_other]).format(**values)

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
        turn, month = self._turn(facts), self._month(facts)  # what is still to come stands after what was done
        paragraphs += [turn, month] if facts.is_divided else [month, turn]
        paragraphs += [self._decided(facts), self._blockers(facts)]
        return "\n\n".join(filter(None, paragraphs))

    def plan(self, facts: MonthFacts) -> str:
        """What the next month is for."""
        lasting = [each for each in facts.begins if each is not facts.running and each.closed_on is None]
        going_on = [self._going_on(facts, each) for each in (facts.running, *lasting) if each is not None]
        ahead = self._beginning(facts, facts.planning_next, facts.coming)
        paragraphs = [_joined(going_on), ahead, self._due(facts), self._mitigation(facts)]
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
        previous, ratio, rate = cycle["tested_previous"], cycle.ratio, cycle.rate
        if min(cycle["tested"].value, previous.value) < _LEAST_COMPARED:
            return self.say("before", previous=self.many(previous))
        words, than = self.times(ratio.value)
        said = self.say("compared", ratio=ratio.said(words), than=than, previous=previous)
        if rate is None:
            return said
        numbers = [each.said(self.decimal(each.value)) for each in (ratio, rate)]
        return f"{said} {self.say('ratio', ratio=numbers[0], rate=numbers[1])}"

    def times(self, ratio: Decimal) -> tuple[str, str]:
        """How many times the previous cycle, in words, and the word that compares."""
        words = self.ratios.split(", ")[sum(limit <= ratio for limit in _RATIOS)]
        return words, self.say("than", words.endswith(self.say("as_many")))

    def _kept(self, cycle: CycleFacts) -> str:
        """What was promised, what became of it in the cycle, and of those that were in it at the close."""
        members, met = cycle.figures.get("members"), cycle.figures.get("met")
        if members is None or met is None:
            return ""
        where = self.say("where", cycle.is_changed)
        return _joined([self._changed(cycle), self._came_of(cycle, members, met, where) if members.value else ""])

    def _came_of(self, cycle: CycleFacts, members: Figure, met: Figure, where: str) -> str:
        ours = self._ours(members)
        if met.value >= members.value:
            return self.say("all_met", members.value > 1, members=ours, where=where)
        if members.value == 1:
            head = self.say("one_missed", only=ours, no=met.said(self.say("not")), where=where)
            ways = self.listed([words for _, words in self._ways(cycle)])
            return self.say("and_its_fate", head=head, ways=ways) if ways else f"{head}."
        head = self.say("some_met", met.value > 1, members=members, met=self.many(met, self.say("none")), where=where)
        return f"{head}{self._others(cycle, members.value - met.value)}."

    def _changed(self, cycle: CycleFacts) -> str:
        """The commitment and how the scope has changed since, where the cycle has others in it by now."""
        if not cycle.is_changed:
            return ""
        verbs = zip(self.say("changes").split(", "), ("added", "removed"), strict=True)
        changes = self._counted([(verb, cycle[name]) for verb, name in verbs if cycle[name].value])
        changed = self.say("changed", cycle.closed_on is None, changes=changes) if changes else ""
        if cycle.closed_on is None:
            return changed
        whole, kept = cycle["committed"], cycle.figures.get(KEPT)
        is_kept = kept is not None and whole.value > 1
        more = self.say("kept", kept=self.many(kept, self.say("none"))) if kept is not None and is_kept else ""
        return _joined([self.say("promised", flows=self.flows(whole), more=more), changed])

    def _others(self, cycle: CycleFacts, others: int) -> str:
        """What became of those that did not meet their goal."""
        ways = self._ways(cycle)
        if not ways:
            return ""
        first, words = ways[0]
        is_all = not cycle["met"].value
        if len(ways) == 1 and first.value == others:
            rest = self.say("all_those") if is_all else self.say("the_rest", others > 1)
            return self.say("and_the_rest", rest=first.said(rest), words=words)
        each = self._each_way(ways)
        if len(each) > 2:  # noqa: PLR2004 - no "cycle 5, 7 were"
            each = [self.say("while", first=each[0], others=self.listed(each[1:]))]
        return self.say("of_the_others", is_all, ways=self.listed(each))

    @abstractmethod
    def _each_way(self, ways: Sequence[tuple[Figure, str]]) -> list[str]:
        """How many left in each way, as parts of a sentence."""

    def _ways(self, cycle: CycleFacts) -> list[tuple[Figure, str]]:
        """How they left the cycle, with how many did."""
        next_cycle = self.say("to_next", cycle.next_number is not None, cycle=cycle.next_number)
        ways = [(name, self.say(name, into=next_cycle)) for name in ("carried_out", "returned", "dropped")]
        return [(cycle[name], words) for name, words in ways if name in cycle and cycle[name].value]

    def _turn(self, facts: MonthFacts) -> str:
        """The cycle that is about to end, the planning week, and the cycle that begins."""
        running, said = facts.running, list[str]()
        if running is not None and running.is_joined and running.closed_on is None:
            is_ending = running.row.ends_on <= facts.month.last
            so_far = self._so_far(facts, running) if facts.is_divided else ""  # else the month has said it
            said = [self._ends(facts, running), so_far, self._to_meet(facts, running)] if is_ending else []
        return _joined([*said, self._beginning(facts, facts.planning, facts.begins)])

    def _beginning(self, facts: MonthFacts, planning: Sequence[CycleRow], cycles: Sequence[CycleFacts]) -> str:
        """Planning weeks, and cycles that begin."""
        begun = {each.number for each in cycles if facts.is_begun(each) and not each.is_first}
        told = {row.cycle for row in planning if row.cycle in begun and facts.is_planned(row)}
        return _joined([*self._weeks(facts, planning, told), *self._starts(facts, cycles, told)])

    def _weeks(self, facts: MonthFacts, rows: Iterable[CycleRow], begun: Collection[int]) -> Iterator[str]:
        """Planning weeks: over, with when the cycle began of those that have; going on, or to come."""
        for row in rows:
            if row.planning_starts_on is None or row.planning_ends_on is None:
                continue
            when = self.days(row.planning_starts_on, row.planning_ends_on)
            if facts.is_planned(row):
                begins = self.say("which_began", day=self.day(row.starts_on)) if row.cycle in begun else ""
                yield self.say("planned", when=when, cycle=row.cycle, begins=begins)
            else:
                yield self.say("planning_week", row.planning_starts_on <= facts.today, cycle=row.cycle, when=when)

    def _starts(self, facts: MonthFacts, cycles: Iterable[CycleFacts], told: Collection[int]) -> Iterator[str]:
        """Cycles that have begun with what is promised, or are to begin with what is planned; `told` are those of which
        it is said already when they began.
        """
        for cycle in cycles:
            if not cycle.is_joined:
                continue
            first, values = cycle.row.starts_on, {"cycle": cycle.number, "day": self.day(cycle.row.starts_on)}
            if facts.is_begun(cycle):
                if cycle.is_first:
                    yield self.say("joined", **values, week=iso_week(first))
                elif cycle.number not in told:
                    yield self.say("began", **values)
                yield _joined([self._promise(cycle), self._changed(cycle) if cycle.closed_on is None else ""])
            elif cycle.committed_on is not None:
                yield self.say("committed", **values, on=self.day(cycle.committed_on))
                yield self._planned(cycle, "comprises")
            else:
                yield self.say("begins", first <= facts.today, **values)
                yield self._planned(cycle, "planned_so_far")
            yield self._goal(facts, cycle)

    def _planned(self, cycle: CycleFacts, key: str) -> str:
        """What is in a cycle that has not begun."""
        whole, parts = promised(cycle), goals(cycle)
        if whole is None or not whole.value:
            return self.say("nothing_planned", cycle.committed_on is not None)
        if len(parts) > 1:
            more = f": {self._to_be_done(parts)}"
        else:
            more = self.say("with_goal", whole.value > 1, goal=self.goals[parts[0][0]])
        return self.say(key, whole.value > 1, flows=self.flows(whole), more=more)

    def _goal(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        is_said = facts.is_programme and cycle.row.goal
        return self.say("goal", cycle.closed_on is not None, goal=cycle.row.goal.rstrip(".")) if is_said else ""

    def _promise(self, cycle: CycleFacts) -> str:
        whole, parts, is_over = promised(cycle), goals(cycle), cycle.closed_on is not None
        if whole is None or not whole.value:
            return self.say("no_promise", is_over, cycle=cycle.number)
        if len(parts) == 1:
            return self.say("promise_of_one_kind", is_over, doing=self.doing[parts[0][0]], flows=self.flows(whole))
        return self.say("promise", is_over, flows=self.flows(whole), parts=self._to_be_done(parts, is_over=is_over))

    def _to_be_done(self, parts: Sequence[tuple[Goal, Figure]], *, is_over: bool = False) -> str:
        """One to be designed and 3 validated."""
        begin = self.say("to_be", is_over)
        each = [f"{self.many(figure)} {'' if n else begin}{self.to_do[goal]}" for n, (goal, figure) in enumerate(parts)]
        return self.listed(each)

    def _month(self, facts: MonthFacts) -> str:
        """The month by its own days, and what is left."""
        first = self._done_in(facts) if facts.is_divided else self._throughput(facts)
        back, fell, moves = facts["moved_back"], facts["fell_back"], facts["moves_back"]
        more = self.say("from_done", fell=self.many(fell)) if fell.value else ""
        more += self.say("moves_back", moves=moves) if moves.value > back.value else ""
        moved = self.say("moved_back", flows=self.flows(back), more=more) if back.value else ""
        return _joined([first, moved, self._left(facts), self._shared(facts)])

    def _done_in(self, facts: MonthFacts) -> str:
        tested, is_many = facts["tested"], facts["tested"].value > 1
        over = self.say("over", facts.through is not None, month=self.month_name(facts.month))
        flows = self.flows(tested, none="no_flow")
        return self.say("done_in_month", is_many, over=over, flows=flows, by_cycle=self._by_cycle(facts))

    def _left(self, facts: MonthFacts) -> str:
        left, whole = facts["remaining"], facts["workflows"]
        when = self.say("at_the_end", True, day=self.day(facts.through)) if facts.through else self.say("at_the_end")
        if not left.value:
            return self.say("all_done", whole.value > 1, when=when, flows=self.flows(whole)) if whole.value else ""
        if whole.value == 1:
            of = self.say("our_only", only=left.said(self.say("only")))
        elif left.value == whole.value:
            of = self.say("all_flows", left=left)
        else:
            of = self.say("left_of", left=self.many(left), flows=self.flows(whole))
        return self.say("remained", left.value > 1, when=when, of=of)

    def _shared(self, facts: MonthFacts) -> str:
        """How many workflows are shared, and lack parts, where the project owns most of them."""
        if not facts.has_most_shared:
            return ""
        (shared, lacking), is_so_far = (facts[name] for name in SHARED), facts.through is not None
        key = ("lack" if shared.value > 1 else "lack_one") if lacking.value else "lack_none"
        words = self.many(lacking) if key == "lack" else lacking.said(self.say(f"{key}_word"))
        parts = self.say(key, is_so_far, lacking=words)
        return self.say("share" if shared.value > 1 else "share_one", is_so_far, shared=self.many(shared), parts=parts)

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
        return _joined([self.say("focus", cycle=cycle.number, words=words), self._so_far(facts, cycle)])

    def _so_far(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        """What has come of the goals by now: of a month that is over nobody can tell any more."""
        members, met = cycle.figures.get("members"), cycle.figures.get("met")
        if facts.through is None or members is None or met is None or not members.value:
            return ""
        if members.value == 1:
            said = self.say("one_has", only=self._ours(members), met=met.said(self.say("has_met", met.value > 0)))
        else:
            said = self.say("some_have", met.value > 1, members=members, met=self.many(met, self.say("none")))
        return _joined([self._changed(cycle), said])

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
            what = self.listed([self._quoted(each) for each in questions])
            key = "was_open" if facts.through is None else "still_open" if by >= facts.through else "undecided"
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

    def _going_on(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        """A cycle that has days in the next month, or was closed there."""
        is_over, month = cycle.closed_on is not None, facts.month.next
        if not cycle.is_joined or (cycle.row.ends_on < month.first and not is_over):
            return ""
        meet = self._to_meet(facts, cycle) if is_over or facts.today <= month.last else ""
        goal = "" if is_over or cycle in facts.begins else self._goal(facts, cycle)
        return _joined([self._ends(facts, cycle), meet, goal])

    def _to_meet(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        """What is left to do in a cycle, or was to be done in one that is closed."""
        is_over, is_begun = cycle.closed_on is not None, "left" in cycle
        found = goals_left(cycle) if is_begun and not is_over else goals(cycle)
        if cycle.committed_on is None or not promised(cycle):
            return ""
        if not found:
            return self.say("all_reached")
        parts = self._counted([(self.doing[goal], figure) for goal, figure in found])
        if is_over:
            return self.say("goals_were", len(found) > 1, parts=parts)
        is_until = facts.today <= cycle.row.ends_on <= facts.month.next.last
        key = "to_meet_rest" if is_begun else "to_meet"
        return self.say(key, len(found) > 1, focus=self.say("main_focus", is_until), parts=parts)

    def _ends(self, facts: MonthFacts, cycle: CycleFacts) -> str:
        """When the cycle was closed, or until when it runs."""
        last, following = cycle.row.ends_on, facts.month.next
        values = {"cycle": cycle.number, "day": self.day(cycle.closed_on or last)}
        if cycle.closed_on is not None:
            return self.say("ended", **values)
        if last < facts.today:
            return self.say("overdue", **values)
        is_then = last > following.last >= facts.today
        month = following if is_then else Month.of(last)
        return self.say("goes_on", not is_then, month=self.month_name(month), **values)

    def _due(self, facts: MonthFacts) -> str:
        if not facts.due:
            return ""
        is_past = facts.today > facts.month.next.last or any(each.resolved_on is not None for each in facts.due)
        questions = [self._question(each, facts.today) for each in facts.due]
        if len(questions) == 1:
            return self.say("decision", is_past, question=questions[0])
        return "\n".join([self.say("decisions", is_past), *(f"- {question}" for question in questions)])

    def _question(self, each: Blocked, today: date) -> str:
        by = each.text.decide_by
        assert by is not None
        decider = f" ({each.text.decider})" if each.text.decider else ""
        if each.resolved_on is not None:
            return f"{self._quoted(each)}, {self.say('was_resolved', day=self.day(each.resolved_on))}{decider}"
        return f"{self._quoted(each)}, {self.say('decide_by', by < today, day=self.day(by))}{decider}"

    def _mitigation(self, facts: MonthFacts) -> str:
        count = facts["blockers_open"]
        if not count.value:
            return ""
        shown, is_over = count if count.value > 1 else count.said(self.say("the_only")), facts.through is None
        values = {"count": shown, "goes": self.say("go_on", facts.today > facts.month.next.last)}
        return self.say("mitigating_then" if is_over else "mitigating", count.value > 1, **values)

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
