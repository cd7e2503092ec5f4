"""The software of an asset in one line: a device has a hundred applications, and a day changes some of them."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.plan import SOFTWARE, Attribute
from reconciler.model.snapshot import Scalar
from reconciler.report.values import ARROW

_EXAMPLES: Final = 4
_LONGEST: Final = 60
_ABSENT: Final = "(not there)"
_NO_VERSION: Final = "(no version)"


def apart(attributes: Sequence[Attribute]) -> tuple[list[Attribute], list[Attribute]]:
    """Return the attributes that are not about software, and those that are."""
    others: list[Attribute] = []
    software: list[Attribute] = []
    for each in attributes:
        (software if each.name.startswith(SOFTWARE) else others).append(each)
    return others, software


def software_words(software: Sequence[Attribute]) -> list[str]:
    """Return how many are added, removed and changed, with a few of them: `+1 -1: + 7-Zip 22.0`, `- Teams`."""
    signed = [(_sign(each), each) for each in software]
    counts = [f"{sign}{number:,}" for sign in "+-~" if (number := sum(one == sign for one, _ in signed))]
    some = [f"{sign} {_called(each)}" for sign, each in signed[:_EXAMPLES]]
    more = [f"{len(signed) - _EXAMPLES:,} more"] if len(signed) > _EXAMPLES else []
    return [f"{' '.join(counts)}: {some[0]}", *some[1:], *more]


def software_named(software: Sequence[Attribute]) -> list[str]:
    """Return a few of the software that a new asset has, and how many more there are."""
    more = [f"{len(software) - _EXAMPLES:,} more"] if len(software) > _EXAMPLES else []
    return [*map(_called, software[:_EXAMPLES]), *more]


def _sign(attribute: Attribute) -> str:
    if attribute.before is None:
        return "+"
    return "-" if attribute.after is None else "~"


def _called(attribute: Attribute) -> str:
    name = attribute.name.removeprefix(SOFTWARE)
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
    versions = _versions(attribute.before if attribute.after is None else attribute.after)
    return f"{name} {versions}".rstrip()


def software_difference(attribute: Attribute) -> str:
    """Return `before → after` of one software: its versions, or that it is not there."""
    return f"{_there(attribute.before)} {ARROW} {_there(attribute.after)}"


def _there(value: Scalar) -> str:
    return _ABSENT if value is None else _versions(value) or _NO_VERSION


def _versions(value: Scalar) -> str:
    """Return the versions of a software, which stand one to a line in a plan, side by side."""
    return ", ".join(version for version in str(value or "").split("\n") if version)
