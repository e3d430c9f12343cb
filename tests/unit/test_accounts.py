"""Files of accounts: every way that a spreadsheet saves them, and what is refused."""

import pytest

from tracker.domain.accounts import MOST_ROWS, AccountRow, read_rows
from tracker.domain.errors import InvalidError
from tracker.domain.imports.encodings import decoded
from tracker.domain.states import Role

ROWS = [
    AccountRow(2, "åsa@example.org", "Åsa Öberg", "projektledare", "LAB MBI"),
    AccountRow(3, "b@x.org", "B", "admin"),
]
SWEDISH = "e-post;namn;roll;arbetsströmmar\r\nåsa@example.org;Åsa Öberg;projektledare;LAB MBI\r\nb@x.org;B;admin;\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_is_read_however_it_was_saved(encoding: str, delimiter: str, ending: str) -> None:
    text = SWEDISH.replace(";", delimiter).replace("\r\n", ending)
    assert read_rows(decoded(text.encode(encoding))) == ROWS


@pytest.mark.parametrize(
    "headings",
    [
        "email,name,role,workstreams",
        "E-post,Namn,Roll,Arbetsströmmar",
        "E-mail, NAME ,role,Workstream",
        "epost,namn,roll,arbetsström",
    ],
)
def test_headings_are_swedish_or_english(headings: str) -> None:
    assert read_rows(f"{headings}\nb@x.org,B,admin,") == [AccountRow(2, "b@x.org", "B", "admin")]


def test_columns_may_come_in_any_order_and_workstreams_be_left_out() -> None:
    assert read_rows("role,email,name\nadmin,b@x.org,B") == [AccountRow(2, "b@x.org", "B", "admin")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste the rows"),
        ("\n\n", "Paste the rows"),
        ("email,name\n", "role is missing"),
        ("email,name,role,phone\n", "phone"),
        ("email,name,role,e-post\n", "e-post stands there twice"),
        ("email,name,role\na@x.org,A\n", "Line 2 has 2 cells"),
        ('email,name,role\na@x.org,"A,admin\n', "Line 2"),
        ("email,name,role\n" + "a@x.org,A,admin\n" * (MOST_ROWS + 1), "At most 2000"),
    ],
)
def test_what_is_no_file_of_accounts_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        read_rows(text)


@pytest.mark.parametrize("content", [b"\x81\x8d", b"\xff\xfea"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError) as refusal:
        decoded(content)
    assert refusal.value.field == "file"


def test_blank_rows_count_for_nothing_and_lines_are_those_of_the_file() -> None:
    rows = read_rows('email,name,role\n\n"a@x.org","två\nrader",admin\n,,\nb@x.org,B,viewer\n')
    assert [(row.line, row.name) for row in rows] == [(3, "två\nrader"), (6, "B")]


def test_a_guard_against_formulas_is_taken_away() -> None:
    (row,) = read_rows("email,name,role\n'=a@x.org,'-A,admin\n")
    assert (row.email, row.name) == ("=a@x.org", "-A")


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("viewer", Role.VIEWER),
        ("Betraktare", Role.VIEWER),
        ("LEAD", Role.LEAD),
        ("Projektledare", Role.LEAD),
        ("planerare", Role.PLANNER),
        ("Administratör", Role.ADMIN),
        ("admin", Role.ADMIN),
    ],
)
def test_roles_are_known_in_both_languages(word: str, role: Role) -> None:
    assert AccountRow(2, "a", "A", word).known_role() is role


@pytest.mark.parametrize("word", ["", "chef", "root"])
def test_an_unknown_role_is_refused(word: str) -> None:
    with pytest.raises(InvalidError):
        AccountRow(2, "a", "A", word).known_role()


@pytest.mark.parametrize(
    ("text", "codes", "every"),
    [("LAB  mbi", ("LAB", "MBI"), False), ("alla", (), True), ("ALL", (), True), ("*", (), True), ("", (), False)],
)
def test_workstreams_are_codes_with_spaces_between_or_all(text: str, codes: tuple[str, ...], every: bool) -> None:
    row = AccountRow(2, "a", "A", "lead", text)
    assert (row.codes, row.has_all_workstreams) == (codes, every)
