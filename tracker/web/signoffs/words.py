"""What became of a part, in words."""

from tracker.domain.errors import N_
from tracker.domain.states import PartEventKind
from tracker.web.signoffs.forms import PartForm
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import goal_word

_DONE = {
    PartEventKind.SIGNED: N_("%(key)s: the part of %(workstream)s in %(stage)s is done"),
    PartEventKind.WAIVED: N_("%(key)s: the part of %(workstream)s in %(stage)s is not needed"),
    PartEventKind.WITHDRAWN: N_("%(key)s: the part of %(workstream)s in %(stage)s is open again"),
    PartEventKind.JOINED: N_("%(workstream)s takes part in %(key)s"),
    PartEventKind.LEFT: N_("%(workstream)s takes no part in %(key)s any more"),
}
_SO_ALREADY = {
    PartEventKind.SIGNED: N_("%(key)s: the part of %(workstream)s in %(stage)s was done already"),
    PartEventKind.WAIVED: N_("%(key)s: the part of %(workstream)s in %(stage)s was not needed already"),
    PartEventKind.WITHDRAWN: N_("%(key)s: the part of %(workstream)s in %(stage)s was open already"),
    PartEventKind.JOINED: N_("%(workstream)s takes part in %(key)s already"),
    PartEventKind.LEFT: N_("%(workstream)s takes no part in %(key)s"),
}


def result_text(key: str, form: PartForm, *, is_new: bool) -> str:
    """What came of the form, in a sentence."""
    words = (_DONE if is_new else _SO_ALREADY)[form.event]
    return gettext(words, key=key, workstream=form.workstream, stage=goal_word(form.stage))
