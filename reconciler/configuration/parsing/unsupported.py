"""What the rules describe and this version does not do yet: refused by name, never ignored.

The table is the whole truth: what a later version does is a row less.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from reconciler.configuration.files import kind_of
from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, PropertyType


@dataclass(frozen=True, slots=True)
class Row:
    """A setting that is refused: the file, the last keys of its path (`*` is any), when, and what it is."""

    file: str
    path: Path
    when: Callable[[Any], bool]
    what: str
    instead: str = ""


def _is_complex(value: Any) -> bool:
    known = DEVICE_PROPERTIES.get(value) if isinstance(value, str) else None
    return known is not None and known.type is PropertyType.COMPLEX


_COMPLEX = "a property that is not a single value"
_LEAVE_OUT = "Leave it out."


def _is_written(value: Any) -> bool:
    return value not in (None, False, [])


ROWS: Final[tuple[Row, ...]] = (
    *(
        Row(file, path, _is_complex, _COMPLEX, _LEAVE_OUT)
        for file, path in (
            ("field-mappings.yaml", ("mappings", "*", "from")),
            ("field-mappings.yaml", ("mappings", "*", "from", "*")),
            ("asset-types.yaml", ("property",)),
            ("imports.yaml", ("property",)),
        )
    ),
    *(
        Row(file, path, _is_written, what, _LEAVE_OUT)
        for file, path, what in (
            ("instance.yaml", ("notify",), "notifying people of runs"),
            ("connection.yaml", ("inventory",), "the inventory report"),
            ("connection.yaml", ("autopilot",), "devices of Windows Autopilot"),
            ("imports.yaml", ("statuses", "registered"), "a status of registered devices"),
            ("users.yaml", ("importUsers", "include"), "choosing users by a criterion"),
            ("users.yaml", ("importUsers", "exclude"), "choosing users by a criterion"),
            ("users.yaml", ("importUsers", "scope"), "choosing which users are read"),
        )
    ),
)  # fmt: skip


def refused(name: str, document: Document) -> Iterator[SettingsProblem]:
    """Yield a problem for each setting of a file that this version does not support."""
    rows = [row for row in ROWS if row.file == kind_of(name)]
    for path in document.places if rows else ():
        for row in rows:
            if _ends(path, row.path) and row.when(document.value(path)):
                message = f"{row.what}: this version does not support it yet"
                yield document.problem(path, message, hint=row.instead, rule="unsupported")


def _ends(path: Path, ending: Path) -> bool:
    if not ending:
        return not path
    last = path[-len(ending) :]
    return len(last) == len(ending) and all(want in ("*", part) for want, part in zip(ending, last, strict=True))
