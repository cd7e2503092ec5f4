"""Imported assets that a device could not tell from others: matching fields with one value twice (M4)."""

from collections.abc import Iterator, Sequence

from reconciler.model.snapshot import Scalar
from reconciler.model.state import State
from reconciler.planning.rules.identity import is_worthless, matching_form, worthless_forms
from reconciler.settings.environment import Environment

Row = tuple[int, str, dict[str, Scalar]]
"""A row's line, its tag, and its values."""


def twins(environment: Environment, state: State, rows: Sequence[Row]) -> Iterator[tuple[int, str, str, str]]:
    """Yield the line, tag, column and words of each row whose matching value another asset has too."""
    connections = environment.connections.values()
    names = sorted({name for each in connections for name in each.imports.matching_fields()})
    worthless = worthless_forms(value for each in connections for value in each.imports.ignored_values)
    for name in names:
        place = state.fields.index(name) if name in state.fields else None
        owners: dict[str, str] = {}
        if place is not None and any(row[2].get(name) is not None for row in rows):
            owners = {matching_form(asset.values[place]): f"asset {asset.tag}" for asset in state.assets}
        for line, tag, values in rows:
            value = values.get(name)
            form = "" if value is None else matching_form(value)
            if is_worthless(form, worthless):
                continue
            if form in owners:
                yield line, tag, name, f"{owners[form]} has this value too: a device that has it will match neither"
            else:
                owners[form] = f"the row of line {line}"
