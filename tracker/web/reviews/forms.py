"""What the forms of a review may hold."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field
from werkzeug.datastructures import MultiDict

from tracker.domain.errors import N_
from tracker.domain.reviews import Wish
from tracker.domain.states import ProposalKind, ReviewReason
from tracker.web.ui.forms import BROKEN, Form, Line, NoneWhenEmpty, OptionalGoal, OptionalId, Text, Version

_GOAL = N_("Choose a goal.")
_WORKSTREAM = N_("Choose a workstream from the list.")


OptionalReason = Annotated[ReviewReason | None, NoneWhenEmpty]


class ProposeForm(Form):
    """What is to become of a member. What was written to drop it is not what was written to carry it."""

    messages: ClassVar[dict[str, str]] = {"kind": N_("Choose what is to become of it."), "goal": _GOAL}

    kind: ProposalKind
    version: Version
    goal: OptionalGoal = None
    reason: OptionalReason = None
    note: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; of the notes, the one of the choice counts."""
        return cls.checked({**fields.to_dict(), "note": fields.get(f"note_{fields.get('kind', '')}", "")})

    @property
    def wish(self) -> Wish:
        """What the command takes."""
        wish = Wish(self.kind, reason="" if self.kind is ProposalKind.GOES_ON else self.reason or "", note=self.note)
        return replace(wish, goal=self.goal) if wish.is_into_draft else wish


class WithdrawForm(Form):
    """Taking a proposal away, from the version seen."""

    version: Version


class AcceptForm(Form):
    """Accepting what is proposed for a workstream; the reason is for what no blocker gives one."""

    messages: ClassVar[dict[str, str]] = {"workstream": _WORKSTREAM}

    workstream: Line
    reason: OptionalReason = None


class AcceptSeveralForm(Form):
    """The same for workstreams that are ticked."""

    messages: ClassVar[dict[str, str]] = {"workstream": N_("Choose at least one workstream from the list.")}

    workstream: Annotated[tuple[Line, ...], Field(min_length=1)]
    reason: OptionalReason = None

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form, with all that are ticked."""
        return cls.checked({**fields.to_dict(), "workstream": tuple(dict.fromkeys(fields.getlist("workstream")))})


class ReadyForm(Form):
    """A workstream is ready for the review, or is not after all."""

    messages: ClassVar[dict[str, str]] = {
        "workstream": _WORKSTREAM,
        "is_ready": N_("Choose whether it is ready or not."),
    }

    workstream: Line
    is_ready: Literal["1", "0"] = "1"


class CloseForm(Form):
    """The number typed to close the cycle, what was seen, and the draft to commit at once, if any."""

    messages: ClassVar[dict[str, str]] = {
        "confirm": N_("Type the number of the cycle alone."),
        "seen": BROKEN,
        "commit": BROKEN,
    }

    confirm: Line = ""
    seen: Line = ""
    commit: OptionalId = None
