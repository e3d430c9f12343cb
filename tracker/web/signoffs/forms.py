"""What the form of a part may hold."""

from typing import ClassVar, Self

from werkzeug.datastructures import MultiDict

from tracker.commands.signoffs import PartWish
from tracker.domain.errors import N_
from tracker.domain.states import PartEventKind
from tracker.web.ui.forms import BROKEN, FilledLine, Form, FormError, OptionalDate, OptionalGoal, OptionalState, Text


class PartForm(Form):
    """A workstream's part in a stage, signed, not needed or taken back, from the state seen; or it joins or leaves."""

    messages: ClassVar[dict[str, str]] = {
        "workstream": N_("Choose a workstream from the list."),
        "stage": N_("Choose a stage."),
        "event": N_("Choose what is to become of the part."),
        "state": BROKEN,
    }

    workstream: FilledLine
    event: PartEventKind
    stage: OptionalGoal = None
    state: OptionalState = None
    happened_on: OptionalDate = None
    note: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; what is of a stage names it, and the state that was seen."""
        form = super().parse(fields)
        missing = [name for name in ("stage", "state") if form.event.is_of_stage and getattr(form, name) is None]
        if missing:
            raise FormError({name: cls.messages[name] for name in missing})
        return form

    @property
    def wish(self) -> PartWish:
        """What the command takes."""
        return PartWish(self.workstream, self.event, self.stage, self.state, self.happened_on, self.note)
