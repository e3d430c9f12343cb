"""How each state looks: what all who show states share. The colours themselves are CSS's, and the charts' palette."""

from typing import NamedTuple

from tracker.domain.errors import N_
from tracker.domain.states import State


class Look(NamedTuple):
    """A state's name, a shorter one where there is little room, if any, the name of its colour, the key that moves to
    it, and its icon.
    """

    label: str
    short: str
    colour: str
    key: str
    icon: str


LOOKS = {
    State.NOT_STARTED: Look(N_("not started"), N_("Not st."), "s0", "1", "i-not_started"),
    State.DESIGN: Look(N_("design"), "", "s1", "2", "i-design"),
    State.VALIDATION: Look(N_("validation"), N_("Valid."), "s2", "3", "i-validation"),
    State.TEST: Look(N_("test"), "", "s3", "4", "i-test"),
    State.DONE: Look(N_("done"), "", "s4", "5", "i-done"),
}
