"""Merging what two people wrote: laws that hold whatever the fields and texts."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.merging import merge

fields = st.sampled_from(["name", "owner", "description", "priority"])
texts = st.sampled_from(["", "a", "b", "c"])
forms = st.dictionaries(fields, texts)
whole = st.fixed_dictionaries(dict.fromkeys(("name", "owner", "description", "priority"), texts))


@given(was=whole, mine=forms, theirs=forms)
def test_edits_of_different_fields_both_win(was: dict[str, str], mine: dict[str, str], theirs: dict[str, str]) -> None:
    theirs = {field: text for field, text in theirs.items() if field not in mine}
    merged = merge(was | mine, was, was | theirs)
    assert merged.conflicts == {}
    assert was | theirs | merged.written == was | theirs | mine


@given(was=whole, mine=forms, theirs=forms)
def test_the_same_field_written_differently_is_a_conflict_that_keeps_their_text(
    was: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    merged = merge(was | mine, was, was | theirs)
    assert merged.conflicts == {
        field: text
        for field, text in theirs.items()
        if text != was[field] and mine.get(field, was[field]) not in {was[field], text}
    }


@given(was=whole, current=whole)
def test_a_form_sent_as_it_was_shown_wants_nothing(was: dict[str, str], current: dict[str, str]) -> None:
    merged = merge(was, was, current)
    assert (merged.written, merged.conflicts) == ({}, {})


@given(wanted=whole, was=whole, current=whole)
def test_every_change_is_written_or_shown_or_there_already(
    wanted: dict[str, str], was: dict[str, str], current: dict[str, str]
) -> None:
    merged = merge(wanted, was, current)
    assert not merged.written.keys() & merged.conflicts.keys()
    for field, text in wanted.items():
        if text != was[field]:
            assert (
                merged.written.get(field) == text
                or merged.conflicts.get(field) == current[field] != text
                or (current[field] == text)
            )


@given(wanted=whole, was=whole, current=whole)
def test_merging_again_what_was_written_wants_nothing_more(
    wanted: dict[str, str], was: dict[str, str], current: dict[str, str]
) -> None:
    once = merge(wanted, was, current)
    again = merge(wanted, was, current | once.written)
    assert again.written == {}
    assert again.conflicts == once.conflicts
