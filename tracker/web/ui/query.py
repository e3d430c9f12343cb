"""A query string: its parameters read, checked and written. A single parameter that is repeated means the last."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from tracker.web.ui.translation import gettext

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LONGEST_SEARCH = 2_000
_LONGEST_SHOWN, _LONGEST_NUMBER = 80, 10
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
Arguments = MultiDict[str, str]


class Choice(NamedTuple):
    """An option of a filter."""

    value: str
    label: str
    is_chosen: bool


def choices(pairs: Iterable[tuple[str, str]], chosen: Collection[str]) -> list[Choice]:
    """Options from pairs of value and label."""
    return [Choice(value, label, value in chosen) for value, label in pairs]


def same_choices(values: Iterable[str], chosen: Collection[str]) -> list[Choice]:
    """Options whose values are their labels."""
    return choices(((value, value) for value in values), chosen)


def last(name: str, args: Arguments | None = None) -> str:
    """The parameter's last value that says anything, of the request unless other arguments are given."""
    given = (request.args if args is None else args).getlist(name)
    return next((value for value in reversed(given) if value), "")


def whole(text: str) -> int | None:
    """The number that is written so; none for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def singles() -> dict[str, str]:
    """The request's parameters, each with its last value."""
    return {name: last(name) for name in request.args}


class Query:
    """The arguments of an address. Whatever means nothing is left out, and `notices` say so: values that a parameter
    does not have, and parameters that are neither asked for nor among `others`.
    """

    def __init__(self, args: Arguments, others: Collection[str] = ()) -> None:
        self._args = args
        self._known = {*others}
        self._said: list[str] = []

    @property
    def notices(self) -> list[str]:
        """What was left out, in words; to be read once all parameters have been asked for."""
        names = [_ignored(name, self._args[name]) for name in self._args if name not in self._known]
        return names + self._said

    def ignore(self, name: str, value: str) -> None:
        """Notes a value that means nothing."""
        self.say(_ignored(name, value))

    def say(self, notice: str) -> None:
        """Notes whatever else there is to be said of what was asked for."""
        self._said.append(notice)

    def has(self, name: str) -> bool:
        """Whether the parameter is there at all."""
        return name in self._args

    def text(self, name: str) -> str:
        """A single parameter as it is written."""
        self._known.add(name)
        return last(name, self._args)

    def search(self) -> str:
        """What is searched for."""
        return self.text("q").strip()[:LONGEST_SEARCH]

    def one(self, name: str, values: Collection[str], default: str = "") -> str:
        """A single parameter that is one of the values."""
        return [default, *self._given(name, values)][-1]

    def several(self, name: str, values: Collection[str]) -> tuple[str, ...]:
        """A parameter that may be repeated, each value once."""
        return tuple(dict.fromkeys(self._given(name, values)))

    def is_on(self, name: str) -> bool:
        """A parameter that is yes or no."""
        return self.one(name, _YES | _NO) in _YES

    def _given(self, name: str, values: Collection[str]) -> list[str]:
        self._known.add(name)
        given = [value for value in self._args.getlist(name) if value]
        for value in dict.fromkeys(given):
            if value not in values:
                self.ignore(name, value)
        return [value for value in given if value in values]


def parameters(filters: "DataclassInstance", names: Mapping[str, str], **changed: str | None) -> dict[str, Any]:
    """The filters as parameters, by the names that differ from their fields', and changed; what is as it is by itself
    is left out.
    """
    values = {field.name: (getattr(filters, field.name), field.default) for field in fields(filters)}
    return {
        names.get(name, name): None if value == default else _written(value)
        for name, (value, default) in values.items()
    } | changed


def address(endpoint: str, **changed: str | None) -> str:
    """The present address, or another with its parameters, some of them changed; none drops one."""
    kept: dict[str, Any] = request.args.to_dict(flat=False)
    return url_for(endpoint, **{**kept, **changed})


def board_of(keys: Iterable[str], otherwise: str = "") -> str:
    """The board of just these workflows, where an address can hold them."""
    q = " ".join(dict.fromkeys(keys))
    return url_for("board.show", cycle="all", q=q) if q and len(q) <= LONGEST_SEARCH else otherwise


def _ignored(name: str, value: str) -> str:
    return gettext(
        "The filter %(name)s=%(value)s means nothing here and was left out.",
        name=name[:_LONGEST_SHOWN],
        value=value[:_LONGEST_SHOWN],
    )


def _written(value: object) -> object:
    return list(value) if isinstance(value, tuple) else "1" if value is True else value
