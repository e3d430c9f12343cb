"""What every figure says, in both languages, as a file: for whoever reads numbers far from the program."""

import gettext
from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, NamedTuple

from tracker.config import TRANSLATIONS
from tracker.domain.cells import TEXT, Heading
from tracker.domain.figures import words
from tracker.domain.programme.files import file_of


class Definition(NamedTuple):
    """A figure or a reading, named as its column or word in the files."""

    name: Annotated[str, Heading("namn", TEXT)]
    label: Annotated[str, Heading("benämning på engelska", TEXT)]
    definition: Annotated[str, Heading("definition på engelska", TEXT)]
    label_sv: Annotated[str, Heading("benämning på svenska", TEXT)]
    definition_sv: Annotated[str, Heading("definition på svenska", TEXT)]


ROWS = file_of("definitions", Definition)


def rows() -> Iterator[Definition]:
    """The readings, then the figures as they are read, then what stands beside them."""
    swedish = in_swedish()
    for basis, each in words.BASES.items():
        yield Definition(basis.value, each.label, each.definition, swedish(each.label), swedish(each.definition))
    for name, each in words.WORDS.items():
        english = words.definition(name, lambda text: text)
        yield Definition(name, each.label, english, swedish(each.label), words.definition(name, swedish))


@cache
def in_swedish() -> Callable[[str], str]:
    """Gives the Swedish of a message, whoever asks."""
    return gettext.translation("messages", str(TRANSLATIONS), ["sv"]).gettext
