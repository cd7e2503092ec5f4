"""The software of an asset in one line: a device has a hundred applications, and a day changes some of them."""

from collections.abc import Sequence
from typing import Final

from reconciler.explain.software_words import sign, software_name, versions
from reconciler.model.plan import SOFTWARE, Attribute

_EXAMPLES: Final = 4


def apart(attributes: Sequence[Attribute]) -> tuple[list[Attribute], list[Attribute]]:
    """Return the attributes that are not about software, and those that are."""
    others: list[Attribute] = []
    software: list[Attribute] = []
    for each in attributes:
        (software if each.name.startswith(SOFTWARE) else others).append(each)
    return others, software


def software_words(software: Sequence[Attribute]) -> list[str]:
    """Return how many are added, removed and changed, with a few of them: `+1 -1: + 7-Zip 22.0`, `- Teams`."""
    signed = [(sign(each), each) for each in software]
    counts = [f"{mark}{number:,}" for mark in "+-~" if (number := sum(one == mark for one, _ in signed))]
    some = [f"{mark} {_called(each)}" for mark, each in signed[:_EXAMPLES]]
    more = [f"{len(signed) - _EXAMPLES:,} more"] if len(signed) > _EXAMPLES else []
    return [f"{' '.join(counts)}: {some[0]}", *some[1:], *more]


def software_named(software: Sequence[Attribute]) -> list[str]:
    """Return a few of the software that a new asset has, and how many more there are."""
    more = [f"{len(software) - _EXAMPLES:,} more"] if len(software) > _EXAMPLES else []
    return [*map(_called, software[:_EXAMPLES]), *more]


def _called(attribute: Attribute) -> str:
    shown = versions(attribute.before if attribute.after is None else attribute.after)
    return f"{software_name(attribute)} {shown}".rstrip()
