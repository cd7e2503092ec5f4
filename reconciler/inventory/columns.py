"""The columns of an inventory file: which there are, and how a cell's text becomes what its field holds.

Texts are taken as they are; numbers, dates and names are trimmed first. A cell without text is empty.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model.snapshot import Scalar
from reconciler.planning.asset_values import TAG
from reconciler.planning.nearest import did_you_mean, nearest
from reconciler.planning.rules.values import fit
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField

Reader = Callable[[str], Scalar]
"""Return what a cell that is not empty stands for; raises ValueError, whose message says why it cannot be."""

_SUGGESTED: Final = 20
"""So many unknown names get a did-you-mean; looking for near ones among thousands takes its time."""

_ROUNDED: Final = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{2,3}", re.IGNORECASE)
_ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#SPILL!", "#VALUE!"})

_WRITTEN: Final = {
    FieldType.NUMBER: "a number is written 15.8",
    FieldType.INTEGER: "a whole number is written 16",
    FieldType.BOOLEAN: "it is written true or false",
    FieldType.DATE: "a date is written 2029-01-31",
    FieldType.DATETIME: "a point in time is written 2026-11-23T08:00:00Z",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: where it stands, what it is called, and how its cells are read."""

    place: int
    name: str
    read: Reader


@dataclass(frozen=True, slots=True)
class Columns:
    """A file's columns; `nameless` are the places of those without a name, `problems` why the others are not used."""

    known: tuple[Column, ...]
    width: int
    tag: int | None
    nameless: tuple[int, ...]
    problems: tuple[tuple[str, str], ...]


def find_columns(header: Sequence[str], readers: Mapping[str, Reader], ignored: Iterable[str]) -> Columns:
    """Return the columns that a header names; `readers` has every name that there may be, the tag's aside."""
    known: list[Column] = []
    problems: list[tuple[str, str]] = []
    left_out = frozenset(ignored)
    for name in sorted(left_out - set(header)):
        problems.append((name, "the file has no column of this name to ignore"))
    for place, name in enumerate(header):
        if not name or name in left_out or (name == TAG and header.index(name) == place):
            continue
        if header.index(name) != place:
            problems.append((name, "the column is there twice"))
        elif name in readers:
            known.append(Column(place, name, readers[name]))
        else:
            problems.append((name, unknown_column(name, (TAG, *readers))))
    return Columns(
        known=tuple(known),
        width=len(header),
        tag=header.index(TAG) if TAG in header and TAG not in left_out else None,
        nameless=tuple(place for place, name in enumerate(header) if not name),
        problems=tuple(problems),
    )


def unknown_column(name: str, known: Iterable[str]) -> str:
    """Return why a column is not used."""
    known = list(known)
    hint = did_you_mean(name.replace(" ", ""), known) or did_you_mean(f"custom.{name}", known)
    return f"no field has this name. {hint or 'Ignore the column, or declare it as a custom field in catalogue.yaml.'}"


def spreadsheet_damage(text: str) -> str | None:
    """Return what a spreadsheet made of a text that it took for something else, None where nothing shows."""
    if _ROUNDED.fullmatch(text.strip()):
        return (
            f"“{shortened(text)}” is a number that a spreadsheet rounded: digits are lost. Format the column as text, "
            "enter the values again, and save the file anew"
        )
    if text.strip() in _ERRORS:
        return f"“{shortened(text)}” is a spreadsheet's error. Correct the formula there, or empty the cell"
    return None


def field_reader(field: AssetField) -> Reader:
    """Return the reader of a field's cells (F4)."""
    hint = _WRITTEN.get(field.type)

    def read(text: str) -> Scalar:
        if hint is None and (damage := spreadsheet_damage(text)):
            raise ValueError(damage)
        try:
            return fit(field, text if hint is None else text.strip())
        except ValueError as error:
            raise ValueError(f"“{shortened(text)}” does not fit: {error}{f'; {hint}' if hint else ''}") from None

    return _remembering(read)


def name_reader(what: str, known: Iterable[str]) -> Reader:
    """Return the reader of cells that name one of these."""
    names = frozenset(known)
    asked: set[str] = set()

    def read(text: str) -> Scalar:
        name = text.strip()
        if not name or name in names:
            return name or None
        asked.add(name)
        hint = f" {_hint(name, names)}" if len(asked) <= _SUGGESTED else ""
        raise ValueError(f"there is no {what} “{shortened(name)}”.{hint}".rstrip())

    return _remembering(read)


def _hint(name: str, names: Iterable[str]) -> str:
    if "/" not in name:
        sites = [each for each in names if each.partition("/")[2].casefold() == name.casefold()]
        if len(sites) == 1:
            return f"Did you mean `{sites[0]}`?"
    near = nearest(name, sorted(names))
    return f"Did you mean `{near}`?" if near else ""


def shortened(text: str) -> str:
    """Return a cell's text as a message shows it."""
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - a line's worth


def _remembering(read: Reader) -> Reader:
    """Return the reader with its answers kept: most cells of a column are like another."""
    answers: dict[str, Scalar | ValueError] = {}

    def remembered(text: str) -> Scalar:
        answer = answers.get(text, answers)
        if answer is answers:
            try:
                answer = read(text)
            except ValueError as error:
                answer = error
            answers[text] = answer
        if isinstance(answer, ValueError):
            raise answer
        return answer  # type: ignore[return-value]

    return remembered
