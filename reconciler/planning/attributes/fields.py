"""What each mapped field should hold (F1-F5)."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from reconciler.columnar import Column, unequal
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.attributes.comparison import Because, Desired
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.matching.asset_index import worthy_form
from reconciler.planning.rules.columns import KEEP, MISFIT
from reconciler.planning.rules.mapping import MappingWords
from reconciler.planning.rules.values import misfit
from reconciler.settings.fields import AssetField
from reconciler.settings.mappings.field_mappings import Empty, Write
from reconciler.settings.mappings.properties import is_detail

_SHOWN: Final = 60


def desired_fields(rows: Rows) -> Iterator[Desired]:
    """Yield what each mapping makes of every row; one that is written on creation only, for new assets alone."""
    compiled = rows.devices.compiled.fields
    for place, mapping in enumerate(compiled.mappings):
        if rows.new or mapping.write is not Write.ON_CREATE:
            yield _desired(
                rows,
                place,
                compiled.fields[place],
                compiled.words[place],
                keeps_empty=mapping.empty is Empty.KEEP,
                keeps_filled=mapping.write is Write.WHEN_EMPTY,
            )


def _desired(
    rows: Rows, place: int, field: AssetField, words: MappingWords, *, keeps_empty: bool, keeps_filled: bool
) -> Desired:
    """Return one mapped field's column, and why it is what it is in a row."""
    column, worthless = _worthy(rows, place, field)
    column = _asked_for(rows, place, column)
    written = Because(words.written, "F1")

    @cache
    def values() -> Column:
        return rows.devices.mapped(place)

    def because(row: int) -> Because:
        value = column[row]
        if row in worthless:
            return Because(_placeholder(field, words, values()[row], worthless[row]), "F5")
        if value is UNKNOWN:
            return Because(f"{words.origin} is unknown", "F1")
        if value is MISFIT:
            return Because(_misfit(field, words, values()[row]), "F4")
        return Because(words.cleared, "F1") if value is None else written

    return Desired(field.name, column, because, keeps_empty, keeps_filled)


def _worthy(rows: Rows, place: int, field: AssetField) -> tuple[Column, Mapping[int, Any]]:
    """Return what a mapping makes of every row, and the worthy values that a worthless one must not replace (M3, F5).

    Only a field that matching uses has any; its row is a MISFIT.
    """
    compiled = rows.devices.compiled
    column = rows.devices.fitted(place)
    if rows.new or field.name not in compiled.connection.imports.matching_fields():
        return column, {}
    stored = rows.column(field.name)

    def is_worthy(value: Any) -> bool:
        return worthy_form(value, compiled.worthless, field.name) is not None

    found = {
        row: stored[row]
        for row in unequal(stored, column)
        if column[row] not in (None, UNKNOWN, MISFIT) and is_worthy(stored[row]) and not is_worthy(column[row])
    }
    if found:
        column = [MISFIT if row in found else value for row, value in enumerate(column)]
    return column, found


def _placeholder(field: AssetField, words: MappingWords, value: Any, stored: Any) -> str:
    shown = f"“{str(value)[:_SHOWN]}” from {words.origin} identifies no machine"
    return f"{field.name}: {shown}, so “{stored}” stays; pin the field if that goes on"


def _asked_for(rows: Rows, place: int, column: Column) -> Column:
    """Return the column with KEEP where a device was not asked for what lists leave empty: nothing is missing (G5)."""
    compiled = rows.devices.compiled
    if compiled.asked is None or not any(map(is_detail, compiled.fields.mappings[place].sources())):
        return column
    return [
        KEEP if value is UNKNOWN and device_id not in compiled.asked else value
        for value, device_id in zip(column, rows.devices.ids, strict=True)
    ]


def _misfit(field: AssetField, words: MappingWords, value: Any) -> str:
    text = str(value)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"{field.name}: “{shown}” from {words.origin} does not fit: {misfit(field, value)}"
