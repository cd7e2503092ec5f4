"""What a plan makes in the catalogue, one kind of entry to a line."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from reconciler.model.plan import Change
from reconciler.report.lines import Style, cells, folded, padded, parts, styled
from reconciler.report.values import many, shown

_SEVERAL: Final = {
    "organisation": "organisations",
    "site": "sites",
    "status": "statuses",
    "group": "asset groups",
    "type": "types",
    "field": "custom fields",
    "licence": "licences",
}


def catalogue_lines(changes: Sequence[Change], width: int) -> list[Text]:
    """Return the catalogue's new entries by their kind, in the plan's order; nothing for none."""
    if not changes:
        return []
    kinds: dict[str, list[str]] = {}
    for change in changes:
        kind, _, name = change.name.partition("/")
        kinds.setdefault(_SEVERAL.get(kind, kind), []).append(name + _detail(kind, change))
    names = max(cells(kind) for kind in kinds)
    lines = [Text(), styled(("catalogue", Style.HEADING), f": {many(len(changes), 'new entry', 'new entries')}")]
    for kind, entries in kinds.items():
        first = styled(("  + ", Style.CREATE), padded(kind, names), "  ")
        lines += folded(parts(entries, ", "), width, first=first)
    return lines


def _detail(kind: str, change: Change) -> str:
    """Return what tells most about an entry: a type's group, a field's type."""
    telling = {"type": "group", "field": "type"}.get(kind)
    value = next((each.after for each in change.attributes if each.name == telling), None)
    return f" ({shown(value)})" if value is not None else ""
