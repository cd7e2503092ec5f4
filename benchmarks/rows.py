"""What a row of the results is: what is done in which process, and what is put in order before each time."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.ground import Ground

Command = list[str]


class Part(StrEnum):
    """What can be asked for."""

    FLOOR = "floor"
    PLAN = "plan"
    APPLY = "apply"
    FILES = "files"
    READ = "read"
    PEERS = "peers"


@dataclass(frozen=True)
class Row:
    """A row: its command on a ground, and the commands that come before each time, unmeasured.

    `databases` says whether it differs between databases; where not, it is measured once. `lacks` says what a machine
    does not have that it needs, None when it has everything; above `most` devices it is not tried.
    """

    part: Part
    name: str
    command: Callable[[Ground], Command]
    before: Callable[[Ground], list[Command]] = lambda ground: []
    databases: bool = True
    lacks: Callable[[Ground], str | None] = lambda ground: None
    most: int = 1_000_000
