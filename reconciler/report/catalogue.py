"""What a plan makes in the catalogue, one kind of entry to a line."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from reconciler.model.plan import Action, Change
from reconciler.report.text.lines import Style, cells, folded, padded, parts, styled
from reconciler.report.values import called, many, shown

_SEVERAL: Final = {
    "organisation": "organisations",
    "site": "sites",
    "status": "statuses",
    "group": "asset groups",
    "type": "types",
    "field": "custom fields",
    "licence": "licences",
}


_FIRST: Final = 10
"""So many software are named unless every one is asked for: what is detected anew comes in hundreds."""


def catalogue_lines(changes: Sequence[Change], *, every: bool, width: int) -> list[Text]:
    """Return the catalogue's new and changed entries by their kind, in the plan's order; nothing for none."""
    if not changes:
        return []
    kinds: dict[tuple[Action, str], list[str]] = {}
    for change in changes:
        kind, _, name = change.name.partition("/")
        kinds.setdefault((change.action, _SEVERAL.get(kind, kind)), []).append(called(name) + _detail(kind, change))
    names = max(cells(kind) for _, kind in kinds)
    lines = [Text(), styled(("catalogue", Style.HEADING), f": {', '.join(_counted(changes))}")]
    for (action, kind), entries in kinds.items():
        some = entries if every or kind != "software" else _some(entries)
        sign = ("  + ", Style.CREATE) if action is Action.CREATE else ("  ~ ", Style.UPDATE)
        lines += folded(parts(some, ", "), width, first=styled(sign, padded(kind, names), "  "))
    return lines


def _counted(changes: Sequence[Change]) -> list[str]:
    created = sum(each.action is Action.CREATE for each in changes)
    changed = len(changes) - created
    new = [many(created, "new entry", "new entries")] if created else []
    return [*new, *([many(changed, "changed entry", "changed entries")] if changed else [])]


def _some(entries: list[str]) -> list[str]:
    if len(entries) <= _FIRST:
        return entries
    return [*entries[:_FIRST], f"{len(entries) - _FIRST:,} more; --all shows every one"]


def _detail(kind: str, change: Change) -> str:
    """Return what says most about an entry: a type's group, a field's type."""
    if change.action is Action.UPDATE and kind in ("type", "field", "licence"):
        differing = (f"{each.name} {shown(each.before)} → {shown(each.after)}" for each in change.attributes)
        return f" ({', '.join(differing)})"
    telling = {"type": "group", "field": "type", "software": "licence"}.get(kind)
    value = next((each.after for each in change.attributes if each.name == telling), None)
    return f" ({shown(value)})" if value is not None else ""
