"""Loading a programme: what is kept, what is refused, and that it is all or nothing."""

from sqlalchemy import Engine

from tests.builders import a_programme, load


def test_loads(engine: Engine) -> None:
    load(engine, a_programme())
