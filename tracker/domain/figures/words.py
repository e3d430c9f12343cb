"""The figures of a cycle: what each is called and says, for gettext, how it is written, and how its items add up.

Pages, charts, files, packs and reports all read this table; a figure's value is computed in `summaries`, its items are
found in `behind`.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from tracker.domain.errors import N_
from tracker.domain.figures.readings import Basis

THROUGHPUT, COMMITMENT, BLOCKERS, PARTS = "throughput", "commitment", "blockers", "parts"
GROUPS = {THROUGHPUT: N_("Throughput"), COMMITMENT: N_("Commitment"), BLOCKERS: N_("Blockers")}
PART_GROUP = {PARTS: N_("Shared workflows")}
DAYS, TIMES = "days", "times"  # units; counts have none


class Adds(StrEnum):
    """How the items behind a number come to it."""

    KEY = "key"  # tells rows of a chart apart; no number
    COUNT = "count"
    DAYS = "days"  # their times, added up exactly and then written in days of 24 hours, one place
    MEDIAN = "median"  # of their amounts, by nearest rank
    P50 = "p50"  # the same, empty for fewer than ten
    P85 = "p85"  # likewise
    OWN = "own"  # the amount of the only one
    NONE = "none"  # says something about the row, or follows from its other numbers


class FigureWords(NamedTuple):
    """A figure's label and definition, for gettext; how its number is written, what files in Swedish call it, and how
    its items, workflows or blockers, come to it.
    """

    label: str
    definition: str
    places: int = 0
    unit: str = ""
    swedish: str = ""
    adds: Adds = Adds.COUNT
    is_of_blockers: bool = False
    group: str = ""


_C = N_("Of the committed ones, those whose goal was to pass %(stage)s at the commit.")
_M = N_("Of the goals met, those that were to pass %(stage)s.")
_P = N_("Of those in the cycle, the ones that are to pass %(stage)s.")
_throughput = partial(FigureWords, group=THROUGHPUT)
_commitment = partial(FigureWords, group=COMMITMENT)
_blockers = partial(FigureWords, group=BLOCKERS)
# The figures of a cycle in the order they are read, named as their columns.
FIGURES: dict[str, FigureWords] = {
    "designed": _throughput(
        N_("Designed"),
        N_(
            "Workflows that were past design at the end of the cycle (so far, while it is under way) and not "
            "at its start. Back and forth within the cycle counts once, and a skipped state is passed."
        ),
        swedish="designade",
    ),
    "validated": _throughput(
        N_("Validated"),
        N_(
            "Workflows that were past validation at the end of the cycle (so far, while it is under way) and "
            "not at its start. Back and forth within the cycle counts once, and a skipped state is passed."
        ),
        swedish="validerade",
    ),
    "tested": _throughput(
        N_("Tested"),
        N_(
            "Workflows that were past test, and so done, at the end of the cycle (so far, while it is under "
            "way) and not at its start. Back and forth within the cycle counts once. What was done when it was "
            "archived stays done: putting finished work away changes no figure."
        ),
        swedish="testade",
    ),
    "fell_back": _throughput(
        N_("Fell back"),
        N_(
            "Workflows that were done at the start of the cycle and in an earlier state at its end (so far, "
            "while it is under way). Archived ones are not counted, and nothing is netted against tested."
        ),
        swedish="backade från klar",
    ),
    "tested_previous": _throughput(
        N_("Tested, previous cycle"),
        N_(
            "Tested in the cycle numbered one lower, in the same reading: as reported is what was reported at "
            "that cycle’s own close."
        ),
        swedish="testade föregående cykel",
    ),
    "ratio_to_previous": _throughput(
        N_("Compared with the previous cycle"),
        N_("Tested divided by tested in the previous cycle. Empty when that is 0 or missing."),
        places=2,
        unit=TIMES,
        swedish="jämfört med föregående cykel",
        adds=Adds.NONE,
    ),
    "tested_per_working_day": _throughput(
        N_("Tested per working day"),
        N_(
            "Tested divided by the working days from the cycle’s first day up to and including the last day "
            "counted. Empty when there are none."
        ),
        places=2,
        swedish="testade per arbetsdag",
        adds=Adds.NONE,
    ),
    "lead_time_p50_days": _throughput(
        N_("Lead time, half (p50)"),
        N_(
            "Of the workflows counted as tested: local days from the last time the work began to the last time it was "
            "done, both days counted. Half took this long or less (nearest rank). Empty for fewer than 10."
        ),
        unit=DAYS,
        swedish="ledtid p50 i dagar",
        adds=Adds.P50,
    ),
    "lead_time_p85_days": _throughput(
        N_("Lead time, 85% (p85)"),
        N_(
            "Of the workflows counted as tested: local days from the last time the work began to the last time it was "
            "done, both days counted. 85% took this long or less (nearest rank). Empty for fewer than 10."
        ),
        unit=DAYS,
        swedish="ledtid p85 i dagar",
        adds=Adds.P85,
    ),
    "committed": _commitment(
        N_("Committed"),
        N_("Workflows that were members of the cycle when it was committed."),
        swedish="åtagande",
    ),
    "committed_design": _commitment(N_("Committed, goal design"), _C, swedish="åtagande design"),
    "committed_validation": _commitment(N_("Committed, goal validation"), _C, swedish="åtagande validering"),
    "committed_test": _commitment(N_("Committed, goal test"), _C, swedish="åtagande test"),
    "added": _commitment(
        N_("Added"),
        N_(
            "Workflows that were members just before the close (now, while the cycle runs) and not when it was "
            "committed."
        ),
        swedish="tillagda",
    ),
    "removed": _commitment(
        N_("Removed"),
        N_(
            "Workflows that were members when the cycle was committed and not just before the close (now, "
            "while it runs)."
        ),
        swedish="borttagna",
    ),
    "met": _commitment(
        N_("Goals met"),
        N_(
            "Members just before the close (now, while the cycle runs) that were past the stage of their goal "
            "at the close (now). Throughput goes by the cycle’s dates, goals by its close."
        ),
        swedish="uppfyllda",
    ),
    "met_design": _commitment(N_("Goals met, design"), _M, swedish="uppfyllda design"),
    "met_validation": _commitment(N_("Goals met, validation"), _M, swedish="uppfyllda validering"),
    "met_test": _commitment(N_("Goals met, test"), _M, swedish="uppfyllda test"),
    "carried_in": _commitment(
        N_("Carried in"),
        N_(
            "Workflows that were carried here from a cycle before, and were members at the commit or just "
            "before the close. One that met its goal there and goes on with the next is planned, not carried."
        ),
        swedish="överförda hit",
    ),
    "carried_out": _commitment(
        N_("Carried out"),
        N_(
            "Workflows that were carried over from the cycle into another one at its close, their goals not "
            "known to be met."
        ),
        swedish="överförda vidare",
    ),
    "returned": _commitment(
        N_("Returned to the backlog"),
        N_("Workflows that went from the cycle back to the backlog at its close, their goals not known to be met."),
        swedish="åter till backloggen",
    ),
    "dropped": _commitment(
        N_("Dropped"),
        N_("Workflows that were dropped, and so archived, at the close of the cycle, their goals not known to be met."),
        swedish="utgår",
    ),
    "blockers_opened": _blockers(
        N_("Blockers opened"),
        N_(
            "Times a blocker went from holding no workflow to holding some, within the cycle. One that opens "
            "again counts again. A blocker over several workstreams is in each of them and once in the total."
        ),
        swedish="nya hinder",
        is_of_blockers=True,
    ),
    "blockers_resolved": _blockers(
        N_("Blockers resolved"),
        N_("Times a blocker went from holding some workflow to holding none, within the cycle."),
        swedish="lösta hinder",
        is_of_blockers=True,
    ),
    "blockers_open": _blockers(
        N_("Open blockers"),
        N_(
            "Blockers that hold some workflow at the end of the cycle (now, while it is under way). Open at "
            "the start + opened − resolved = open at the end."
        ),
        swedish="öppna hinder",
        is_of_blockers=True,
    ),
    "blocked_days": _blockers(
        N_("Blocked days"),
        N_(
            "For each workflow the time within the cycle in which some blocker held it and it had a state "
            "other than done, added up exactly and then written in days of 24 hours."
        ),
        places=1,
        unit=DAYS,
        swedish="dagar med hinder",
        adds=Adds.DAYS,
    ),
    "blocked_days_begun": _blockers(
        N_("Blocked days, work under way"),
        N_(
            "Of the blocked days, those on which the workflow was in design, validation or test: work that had begun "
            "and stood still. Days on which it was held before it began are left out."
        ),
        places=1,
        unit=DAYS,
        swedish="dagar med hinder i pågående arbete",
        adds=Adds.DAYS,
    ),
    "median_blocker_age_days": _blockers(
        N_("Median age of blockers"),
        N_(
            "Of the blockers open at the end: local days from the latest opening to the last day counted. The "
            "middle one by nearest rank; empty when none is open."
        ),
        unit=DAYS,
        swedish="hindrens medianålder i dagar",
        adds=Adds.MEDIAN,
        is_of_blockers=True,
    ),
}
_parts = partial(FigureWords, group=PARTS)
_waiting = partial(FigureWords, group=PARTS, places=1, unit=DAYS, adds=Adds.DAYS)
# Those of shared workflows, named as their columns.
PART_FIGURES: dict[str, FigureWords] = {
    "shared_open": _parts(
        N_("Shared workflows"),
        N_(
            "The workstream’s own workflows that were in design, validation or test at the end of the cycle (so far, "
            "while it is under way) and in which another workstream takes part."
        ),
        swedish="delade flöden",
    ),
    "parts_due": _parts(
        N_("Parts due"),
        N_(
            "The workstream’s parts in workflows of others at the end of the cycle (so far, while it is under way): "
            "one for each stage that a workflow has reached, less those that are not needed. Always those signed and "
            "those open together. Archived workflows are left out."
        ),
        swedish="delar att göra",
    ),
    "parts_signed": _parts(
        N_("Parts signed"),
        N_("Of the parts due, those whose signature stands: no move back to the stage or before it came after it."),
        swedish="delar klara",
    ),
    "parts_open": _parts(
        N_("Parts open"),
        N_("Of the parts due, those that are neither signed nor said to be not needed."),
        swedish="delar öppna",
    ),
    "parts_waived": _parts(
        N_("Parts not needed"),
        N_("Parts of stages that the workflow has reached which somebody has said, in words, are not needed."),
        swedish="delar som inte behövs",
    ),
    "signed": _parts(
        N_("Signatures"),
        N_(
            "Signatures given in the cycle that stood at its end, the owner’s own and those in archived workflows "
            "among them."
        ),
        swedish="signeringar",
    ),
    "lapsed": _parts(
        N_("Signatures lapsed"),
        N_("Signatures that a move back within the cycle, to their stage or before it, made void."),
        swedish="signeringar som inte längre gäller",
    ),
    "done_open": _parts(
        N_("Done with open parts"),
        N_("The workstream’s own workflows that were done at the end of the cycle with parts of others open."),
        swedish="klara med öppna delar",
    ),
    "waiting_days": _waiting(
        N_("Days waiting"),
        N_(
            "Time in the cycle in which the workstream, done with its own part, waited on another that was not, in "
            "work under way. A workflow in which it waits on two counts twice: the days of all workstreams add up."
        ),
        swedish="dagar i väntan",
    ),
    "waited_on_days": _waiting(
        N_("Days waited on"),
        N_("The same time, on the side of the workstream that the others waited on."),
        swedish="dagar andra väntat",
    ),
    "waiting_now": _parts(
        N_("Waiting on others"),
        N_(
            "At the end of the cycle (so far, while it is under way), in how many workflows the workstream waits on "
            "another, each of those once."
        ),
        swedish="väntar på andra",
    ),
    "waited_on_now": _parts(
        N_("Others waiting"),
        N_("At the end of the cycle (so far, while it is under way), in how many workflows another waits on it."),
        swedish="andra väntar",
    ),
}
# What stands in no column of the summaries.
OTHERS: dict[str, FigureWords] = {
    "working_days": FigureWords(
        N_("Working days"),
        N_(
            "Monday to Friday from the cycle’s first day to its last, less Swedish public holidays and the "
            "eves that are free in practice."
        ),
    ),
    "age": FigureWords(
        N_("Age"),
        N_(
            "Local days from the last time the work began to today, both counted, for work begun and not done. "
            "Being carried over never starts it anew; going back to not started does."
        ),
        unit=DAYS,
    ),
    "cumulative_flow": FigureWords(
        N_("Workflows by state, day by day"),
        N_(
            "Workflows by state at the end of each local day. Moves back show as dips; what was done when it was "
            "archived stays done."
        ),
    ),
    "members": FigureWords(
        N_("In the cycle"),
        N_("Workflows that were members just before the close; now, while the cycle runs or is a draft."),
    ),
    "members_design": FigureWords(N_("In the cycle, goal design"), _P),
    "members_validation": FigureWords(N_("In the cycle, goal validation"), _P),
    "members_test": FigureWords(N_("In the cycle, goal test"), _P),
}
BASES = {
    Basis.AS_REPORTED: FigureWords(
        N_("As reported"),
        N_(
            "What was known when the cycle was closed, up to that moment, by the definitions of that day. It never "
            "changes; a figure that there was not yet is empty."
        ),
    ),
    Basis.AS_NOW: FigureWords(N_("As now"), N_("The whole cycle, from everything known now.")),
}
STAGES = {"design": N_("design"), "validation": N_("validation"), "test": N_("test")}
WORDS = FIGURES | PART_FIGURES | OTHERS


def definition(figure: str, translate: Callable[[str], str]) -> str:
    """What exactly the figure counts, in the language of `translate`."""
    text = translate(WORDS[figure].definition)
    stage = figure.rpartition("_")[2]
    return text % {"stage": translate(STAGES[stage])} if stage in STAGES else text
