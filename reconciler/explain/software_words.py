"""The software of one asset in words, all of it: a device has a hundred applications, so names stand side by side."""

from collections.abc import Sequence
from typing import Final

from reconciler.explain.story import because
from reconciler.model.plan import SOFTWARE, Attribute
from reconciler.model.snapshot import Scalar

_LONGEST: Final = 60
_NO_VERSION: Final = "(no version)"


def software_groups(software: Sequence[Attribute]) -> tuple[tuple[str, ...], ...]:
    """Return every software by what happens to it and why: `+2, detected on the device (L1): 7-Zip 22.0`, `Teams`."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in sorted(software, key=lambda each: "+-~".index(sign(each))):
        groups.setdefault((sign(each), because(each.reason, each.rule)), []).append(_whole(each))
    return tuple(
        (f"{mark}{len(names):,}{f', {why}' if why else ''}: {names[0]}", *names[1:])
        for (mark, why), names in groups.items()
    )


def sign(attribute: Attribute) -> str:
    """Return whether a software is added, removed or changed, as a sign."""
    if attribute.before is None:
        return "+"
    return "-" if attribute.after is None else "~"


def software_name(attribute: Attribute) -> str:
    """Return what a software is called, cut where it is longer than a name should be."""
    name = attribute.name.removeprefix(SOFTWARE)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def versions(value: Scalar) -> str:
    """Return the versions of a software, which stand one to a line in a plan, side by side."""
    return ", ".join(version for version in str(value or "").split("\n") if version)


def _whole(attribute: Attribute) -> str:
    there = [value for value in (attribute.before, attribute.after) if value is not None]
    words = [versions(value) for value in there]
    if len(there) > 1:
        words = [each or _NO_VERSION for each in words]
    return f"{software_name(attribute)} {' → '.join(words)}".rstrip()
