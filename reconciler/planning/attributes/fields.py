"""What each mapped field should hold (F1-F4)."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from reconciler.columnar import Column
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.attributes.comparison import Because, Desired
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.rules.columns import MISFIT
from reconciler.planning.rules.mapping import MappingWords
from reconciler.planning.rules.values import misfit
from reconciler.settings.field_mappings import Empty, Write
from reconciler.settings.fields import AssetField

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
    column = rows.devices.fitted(place)
    written = Because(words.written, "F1")

    @cache
    def values() -> Column:
        return rows.devices.mapped(place)

    def because(row: int) -> Because:
        value = column[row]
        if value is UNKNOWN:
            return Because(f"{words.origin} is unknown", "F1")
        if value is MISFIT:
            return Because(_misfit(field, words, values()[row]), "F4")
        return Because(words.cleared, "F1") if value is None else written

    return Desired(field.name, column, because, keeps_empty, keeps_filled)


def _misfit(field: AssetField, words: MappingWords, value: Any) -> str:
    text = str(value)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"{field.name}: “{shown}” from {words.origin} does not fit: {misfit(field, value)}"
