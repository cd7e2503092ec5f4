"""Every error raised on purpose, as one tree; each class carries the exit code of rule V4.

ReconcilerError                      1
├── UsageError                      64  the command line asks for something that does not exist
├── SettingsError                    1  settings have problems (each one with its place)
├── UnsupportedError                 1  the rules describe it, this version does not do it yet
├── SecretError                      1  a secret that settings refer to cannot be had
├── SignInError                      1  no access token
├── GraphError                       1  Graph answered with an error, or with nonsense
│   └── UnreachableError             1  no answer within the time budget
├── RecordingError                   1  a recording is damaged or of another format
├── ImportFileError                  1  a file to import is no table that can be read
├── PlanFileError                    4  a saved plan is damaged, changed or of another format
├── StoreError                       1  the store cannot be opened or is not what it should be
│   ├── RevisionError                1  its tables are another version's
│   ├── StampError                   1  the store is another instance's (E3)
│   ├── LeaseError                   1  another apply holds the store (A2)
│   ├── RemoteError                  1  a store behind an API answered with an error, or with nonsense
│   │   ├── UnreachableStoreError    1  it gave no answer that helps
│   │   ├── RefusedError             1  it refused one write, in its own words
│   │   └── LostAnswerError          1  whether a write was done is not known (W4)
│   └── ReadBackError                1  what was written is not what was planned (A4): our defect
├── OverLimitError                   3  a plan is over a limit (R4)
├── StaleError                       4  the store or the settings moved since the plan was made (A1)
├── HeldError                        1  a connection is held since a run of its was undone (J2)
└── NotConfirmedError                1  apply needs a yes
"""

from collections.abc import Mapping
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit says, as rule V4 names it."""

    DONE = 0
    ERROR = 1
    CHANGES_PENDING = 2
    OVER_LIMIT = 3
    STALE = 4
    PARTLY_UNKNOWN = 5
    USAGE = 64
    INTERRUPTED = 130


_PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.USAGE,
    ExitCode.ERROR,
    ExitCode.STALE,
    ExitCode.OVER_LIMIT,
    ExitCode.PARTLY_UNKNOWN,
    ExitCode.CHANGES_PENDING,
    ExitCode.DONE,
)


def first_exit_code(codes: set[ExitCode]) -> ExitCode:
    """Return the one of several codes that V4 puts first; DONE for none."""
    return next((code for code in _PRECEDENCE if code in codes), ExitCode.DONE)


class ReconcilerError(Exception):
    """An error meant for a person: what happened, where, and what to do next, in one paragraph.

    `unread` says of each connection that could not be read why, by name, where nothing else could be done (J4).
    """

    exit_code = ExitCode.ERROR
    unread: Mapping[str, str] = {}


class UsageError(ReconcilerError):
    """The command line asks for something that does not exist."""

    exit_code = ExitCode.USAGE


class SettingsError(ReconcilerError):
    """The settings have problems; the message lists every one with its place."""


class UnsupportedError(ReconcilerError):
    """Something the product describes and this version does not do yet; named, never ignored."""


class SecretError(ReconcilerError):
    """A secret that the settings refer to cannot be had; its value is never part of the message."""


class SignInError(ReconcilerError):
    """Microsoft gave no access token."""


class GraphError(ReconcilerError):
    """Graph answered a request with an error, or with something that is not an answer."""


class UnreachableError(GraphError):
    """A host gave no answer, or only retryable ones, within the time budget."""


class RecordingError(ReconcilerError):
    """A recording cannot be read: another format version, cut short, or no recording."""


class ImportFileError(ReconcilerError):
    """A file of assets or users to import cannot be read as a table, or its columns are not known."""


class PlanFileError(ReconcilerError):
    """A saved plan cannot be used: another format version, changed, cut short, or no plan."""

    exit_code = ExitCode.STALE


class StoreError(ReconcilerError):
    """The store cannot be opened, read or written, or is not a store."""


class RevisionError(StoreError):
    """The store's tables are those of an older or a newer version."""


class StampError(StoreError):
    """The store carries another instance's stamp (E3)."""


class LeaseError(StoreError):
    """Another apply holds the store's lease (A2)."""


class RemoteError(StoreError):
    """A store behind an API answered with an error, or with something that is not an answer."""


class UnreachableStoreError(RemoteError):
    """A store behind an API gave no answer, or only ones that say to come back, for too long."""


class RefusedError(RemoteError):
    """A store behind an API refused one write; the message is in its own words (W4)."""


class LostAnswerError(RemoteError):
    """A write was sent and its answer was lost: whether it was done has to be looked for (W4)."""


class ReadBackError(StoreError):
    """What was written is not what the plan said (A4); nothing was kept. It is a defect of this program."""


class OverLimitError(ReconcilerError):
    """A plan is over a limit, and nothing was applied (R4)."""

    exit_code = ExitCode.OVER_LIMIT


class StaleError(ReconcilerError):
    """A plan no longer fits the store or the settings, and nothing was applied (A1)."""

    exit_code = ExitCode.STALE


class HeldError(ReconcilerError):
    """A connection is held since a run of its was undone, and nothing was applied (J2)."""


class NotConfirmedError(ReconcilerError):
    """An apply was not confirmed; nothing was applied (A6)."""
