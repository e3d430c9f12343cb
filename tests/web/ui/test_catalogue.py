"""The Swedish catalogue: complete, sound and compiled."""

from tracker.translations import catalogue


def test_every_message_is_in_the_catalogue_and_has_a_translation() -> None:
    kept, said = catalogue.kept(), catalogue.extracted()
    ids = {message.id for message in kept if message.id}
    assert {message.id for message in said if message.id} == ids, "run: python -m tracker.translations"
    assert catalogue.untranslated(kept) == []


def test_the_compiled_catalogue_is_that_of_the_words() -> None:
    assert catalogue.MO.read_bytes() == catalogue.compiled(catalogue.kept()), "run: python -m tracker.translations"


def test_translations_name_the_same_values() -> None:
    kept = catalogue.kept()
    wrong = [message.id for message in kept if list(message.check(kept))]
    assert wrong == []
