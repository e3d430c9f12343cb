"""The draft in English, as a project lead would write it."""

from collections.abc import Sequence

from tracker.domain.reports.facts import Figure
from tracker.domain.reports.language import Language
from tracker.domain.states import Goal


class English(Language):
    """The sentences whose verbs follow numbers."""

    def _each_way(self, ways: Sequence[tuple[Figure, str]]) -> list[str]:
        return [f"{self.many(figure)} {'was' if figure.value == 1 else 'were'} {words}" for figure, words in ways]

    def _came_and_went(self, month: str, is_so_far: bool, opened: Figure, resolved: Figure, open_: Figure) -> str:
        come = f"{self.many(opened, 'no new')} blocker{'' if opened.value == 1 else 's'}"
        gone, left = self.many(resolved, "none"), self.many(open_, "none")
        if is_so_far:
            have, has = "has" if opened.value == 1 else "have", "has" if resolved.value <= 1 else "have"
            are = "are" if open_.value > 1 else "is"
            return f"So far in {month}, {come} {have} come up and {gone} {has} been resolved; {left} {are} open now."
        was, were = "was" if resolved.value <= 1 else "were", "were" if open_.value > 1 else "was"
        end = f"at the end of the month {left} {were} open"
        return f"In {month}, {come} came up and {gone} {was} resolved; {end}."


ENGLISH = English(
    months="January February March April May June July August September October November December",
    status={"not_begun": "not begun", "draft": "draft", "ready": "ready"},
    to_do={Goal.DESIGN: "designed", Goal.VALIDATION: "validated", Goal.TEST: "tested"},
    doing={Goal.DESIGN: "design", Goal.VALIDATION: "validate", Goal.TEST: "test"},
    goals={goal: goal.value for goal in Goal},
    did=("designed", "validated", "tested"),
    done=("designed", "validated", "tested"),
    ratios="far fewer, somewhat fewer, about as many, somewhat more, far more, nearly twice as many, twice as"
    " many, more than twice as many",
    phrases={
        "introduction": "Introduction",
        "programme": "The programme as a whole",
        "sample": "Sample data – made-up figures.",
        "drafted": "Drafted from the history, not read through by the project.",
        "nothing": "Nothing is written.",
        "other_language": "Written in Swedish.",
        "unfinished": "The project has not marked the text as ready.",
        "as_of": "Figures as of {day} {when.year}, {when:%H:%M}.",
        "published": "Published {day} {when.year}, {when:%H:%M}; figures that have changed since are marked.",
        "missing": "Not ready from: {names}.",
        "now": "now {value}",
        "reported": "{value} as reported",
        "title": "Status report {month} {year}",
        "summary_title": "Summary {month}",
        "plan_title": "Plan for {month}",
        # Which days
        "early_part": ("all of cycle {cycle}", "the beginning of cycle {cycle}"),
        "late_part": ("the end of cycle {cycle}", "a part of cycle {cycle}"),
        "outside_cycles": "{month} lies outside the cycles.",
        "counted_up_to": " The month is counted up to and including {day}.",
        "covers": "{month} holds {parts}. Figures of a cycle are for the whole cycle, figures of the month for its own"
        " days only.{so_far}",
        # A cycle that was closed
        "closed": (
            "In {month} we closed cycle {cycle}.",
            "As planned, we went on with cycle {cycle} in {month} and closed it on {day}.",
        ),
        "none_tested": "In the cycle {no} workflow was tested.",
        "but_none_tested": ", but tested {none}",
        "passed": "In the cycle we {verb} {rest}.",
        "compared": "That is {ratio} tested workflows {than} in the cycle before, when we tested {previous}.",
        "ratio": "The ratio is {ratio}, and {rate} per working day.",
        "before": "In the cycle before, we tested {previous}.",
        "as_many": "many",
        "than": ("than", "as"),
        "all_met": (
            "The {members} workflow {where} met its goal.",
            "All {members} workflows {where} met their goal.",
        ),
        "one_missed": "The {only} workflow {where} did {no} meet its goal",
        "and_its_fate": "{head} and was {ways}.",
        "some_met": (
            "Of the {members} workflows {where}, {met} met its goal",
            "Of the {members} workflows {where}, {met} met their goal",
        ),
        "where": ("in our commitment", "in the cycle"),
        "promised": "Our commitment was {flows}{more}.",
        "kept": ", of which {kept} met the goal that we committed to",
        "changed": ("By the close we had {changes}.", "Since the commitment we have {changes}."),
        "changes": "added, removed",
        "and_the_rest": ", and {rest} {words}",
        "the_rest": ("the other one was", "the others were"),
        "all_those": "all of them were",
        "of_the_others": (". Of the others, {ways}", ". Of these, {ways}"),
        "while": "{first}, while {others}",
        "carried_out": "carried over to {into}",
        "returned": "returned to the backlog",
        "dropped": "dropped",
        "to_next": ("the next cycle", "cycle {cycle}"),
        # The cycle that began
        "planned": "On {when} we held the planning week for cycle {cycle}{begins}.",
        "which_began": ", which began on {day}",
        "joined": "From cycle {cycle} on, which began on {day} (week {week}), we work in the same cycles as the"
        " others.",
        "began": "Cycle {cycle} began on {day}.",
        "goal": ("The goal of the cycle is “{goal}”.", "The goal of the cycle was “{goal}”."),
        "no_promise": ("We have no commitment in cycle {cycle}.", "We had no commitment in cycle {cycle}."),
        "promise_of_one_kind": ("Our commitment is to {doing} {flows}.", "Our commitment was to {doing} {flows}."),
        "promise": ("Our commitment is {flows}: {parts}.", "Our commitment was {flows}: {parts}."),
        "to_be": "to be ",
        # The month by its own days
        "over": ("Over the whole of {month}", "In {month} so far"),
        "done_in_month": ("{over}, {flows} was done{by_cycle}.", "{over}, {flows} were done{by_cycle}."),
        "moved_back": "During the month, {flows} moved back to an earlier stage{more}.",
        "from_done": ", {fell} of them from done",
        "moves_back": ", in {moves} moves altogether",
        "at_the_end": ("At the end of the month,", "On {day},"),
        "all_done": ("{when} {flows} was done.", "{when} all {flows} were done."),
        "our_only": "our {only} workflow",
        "all_flows": "all {left} workflows",
        "left_of": "{left} of {flows}",
        "remained": "{when} {of} remained to be done.",
        "in_cycle": "in cycle {cycle}",
        "all_there": (", {where}", ", {all} of them {where}"),
        "all": "all",
        "outside": "{count} outside the cycles",
        "we_passed": ("In {month}, we {done}", "So far in {month}, we have {done}"),
        "none_passed": (
            "In {month}, {no} workflow passed design, validation or test",
            "So far in {month}, {no} workflow has passed design, validation or test",
        ),
        "but_none_done": ", but tested {none}",
        "focus": "As planned, the focus has been on cycle {cycle}. {words}.",
        "one_has": "Our {only} workflow in the cycle has {met} its goal.",
        "has_met": ("not met", "met"),
        "some_have": (
            "Of our {members} workflows in the cycle, {met} has met its goal.",
            "Of our {members} workflows in the cycle, {met} have met their goal.",
        ),
        # Decisions and blockers
        "resolved": "The question {question}, to be decided by {by}, was resolved {when}.",
        "on_day": ("on {day}", "that same day"),
        "still_open": (
            "The question {questions}, to be decided by {by}, is still open.",
            "The questions {questions}, to be decided by {by}, are still open.",
        ),
        "undecided": (
            "The question {questions} was to be decided by {by} and is not settled yet.",
            "The questions {questions} were to be decided by {by} and are not settled yet.",
        ),
        "was_open": (
            "The question {questions}, to be decided by {by}, was not settled by the end of the month.",
            "The questions {questions}, to be decided by {by}, were not settled by the end of the month.",
        ),
        "quoted": "“{text}”",
        "no_blockers": ("In {month}, we had {no} blockers.", "So far in {month}, we have had {no} blockers."),
        "no_blocker": "no",
        "oldest": ("The oldest, {which}, {has} been open", "It is {which}, which {has} been open"),
        "has_been": ("had then", "has"),
        "age": ("for {days} day, since {day}", "for {days} days, since {day}"),
        "mitigation": " The mitigation reads: “{text}”",
        # What comes next
        "goes_on": (
            "In {month} we go on with cycle {cycle}, which runs until {day}.",
            "Cycle {cycle} ends in {month}, with {day} as its last day.",
        ),
        "main_focus": ("The main focus is", "Until then the main focus is"),
        "to_meet": (
            "{focus} on meeting the goal of the cycle: to {parts}.",
            "{focus} on meeting the goals of the cycle: to {parts}.",
        ),
        "to_meet_rest": (
            "{focus} on the goal that remains: to {parts}.",
            "{focus} on the goals that remain: to {parts}.",
        ),
        "all_reached": "All goals of the cycle have been met.",
        "ended": "Cycle {cycle} was closed on {day}.",
        "goals_were": ("The goal of the cycle was to {parts}.", "The goals of the cycle were to {parts}."),
        "overdue": "The last day of cycle {cycle} was {day}, but it has not been closed yet.",
        "begins": (
            "Cycle {cycle} begins on {day}.",
            "Cycle {cycle}, which began on {day}, has not been committed yet.",
        ),
        "committed": "Cycle {cycle} was committed on {on} and begins on {day}.",
        "comprises": ("It holds {flows}{more}.", "It holds {flows}{more}."),
        "nothing_planned": ("We have not planned any workflow for it yet.", "We have no commitment in it."),
        "with_goal": (", with {goal} as its goal", ", with {goal} as their goal"),
        "planned_so_far": ("So far {flows} is planned for it{more}.", "So far {flows} are planned for it{more}."),
        "planning_week": (
            "The planning week for cycle {cycle} will be held on {when}.",
            "The planning week for cycle {cycle}, {when}, is under way.",
        ),
        "decision": ("We also plan for a decision on {question}.", "We had also planned for a decision on {question}."),
        "decisions": (
            "We also plan for decisions on the following questions:",
            "We had also planned for decisions on the following questions:",
        ),
        "decide_by": ("by {day}", "which should have been decided by {day}"),
        "was_resolved": "which was resolved on {day}",
        "mitigating": (
            "The work on mitigating the {count} open blocker {goes}.",
            "The work on mitigating the {count} open blockers {goes}.",
        ),
        "mitigating_then": (
            "The work on mitigating the {count} blocker that was open at the end of the month {goes}.",
            "The work on mitigating the {count} blockers that were open at the end of the month {goes}.",
        ),
        "go_on": ("goes on", "went on"),
        "the_only": "one",
        # Numbers
        "only": "only",
        "one": "one",
        "none": "none",
        "no": "no",
        "not": "not",
        "no_flow": "no workflow",
        "no_flows": "no workflows",
        "flows": ("{count} workflow", "{count} workflows"),
        "and": "and",
    },
)
