"""A file as people have it, as a table."""

from tracker.domain.errors import N_, FileError
from tracker.domain.imports import delimited, workbooks
from tracker.domain.imports.columns import Known, is_known
from tracker.domain.imports.encodings import decoded
from tracker.domain.imports.progress import Progress, Step, counted, silent
from tracker.domain.imports.table import Table, table_of

LARGEST_FILE = 10_000_000
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


def read_table(content: bytes, delimiter: str = "", progress: Progress = silent, known: Known = is_known) -> Table:
    """The table of a CSV file or a workbook, of `known` headings. Raises InvalidError for what cannot be read for
    certain.
    """
    if not content or content.isspace():
        raise FileError(N_("The file is empty."))
    if is_workbook(content):
        return table_of(counted(workbooks.rows_of(content), Step.READ, progress), known)
    if content.startswith(_OLD_WORKBOOK):
        raise FileError(N_("This is an old or locked workbook. Save it as XLSX or CSV UTF-8."))
    return table_of(counted(delimited.rows_of(decoded(content), delimiter, known), Step.READ, progress), known)


def is_workbook(content: bytes) -> bool:
    """Whether it is XLSX, whatever its name."""
    return content.startswith(workbooks.SIGNATURE)
