"""What can go wrong, in words for users. The web decides on the status, the command line on the exit code."""


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for "translate later"
    """Marks a message for translation where it is written; it is translated where it is shown."""
    return message


def NN_(message: str, plural: str = "") -> tuple[str, str]:  # noqa: N802 - likewise, of one and of many
    """Marks a message with its plural; English may say both alike where other languages do not."""
    return message, plural or message


class TrackerError(Exception):
    """Base of all refusals: an English message with named values, which the edge translates."""

    field: str = ""

    def __init__(self, message: str, *, field: str = "", **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values
        self.field = field or self.field

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class NotFoundError(TrackerError):
    """Nothing has that key."""


class NotAllowedError(TrackerError):
    """The role or the workstreams of the actor do not cover this."""


class InvalidError(TrackerError):
    """What was given is wrong; `field` names where."""


class FileError(InvalidError):
    """The file that was chosen cannot be read, or holds more than is taken."""

    field = "file"


class ConflictError(TrackerError):
    """The rules refuse it as things stand."""


class BusyError(TrackerError):
    """The database is held by another for longer than we wait."""


class DatabaseError(TrackerError):
    """The database cannot be used as it is; the message names cause and remedy."""


class ContendedError(BusyError):
    """The database let another writer go first: nothing was done, and it can be done again at once."""


class AwayError(TrackerError):
    """The database server cannot be reached, or does not answer in time."""


class UncertainError(AwayError):
    """The connection broke while a write was being committed: it may have been done, or not."""
