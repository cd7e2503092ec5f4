"""Tables as CSV: read with every fault of a file in words, and written so that no cell is a spreadsheet's formula (V2).

A cell that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or a line feed gets a leading apostrophe, and so
does one that begins with apostrophes and then one of these: reading takes one away again, so that what was written is
what is read. A formula that is a text alone (`="00123"`), which spreadsheets keep leading zeros with, is that text.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from reconciler.errors import ImportFileError

Line = tuple[int, list[str]]
"""The number of the line on which a row of a file begins, and the row's cells."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_ESCAPED: Final = re.compile(r"'+[=+\-@\t\r\n]")
_TEXT_FORMULA: Final = re.compile(r'="((?:[^"]|"")*)"')
_OTHER_DELIMITERS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
_LONGEST_CELL: Final = 1_000_000


def escaped(text: str) -> str:
    """Return a cell as it is written: nothing that a spreadsheet would work out."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Return what `escaped` was given, and the text of a formula that is nothing else."""
    if formula := _TEXT_FORMULA.fullmatch(text):
        return formula[1].replace('""', '"')
    return text[1:] if text.startswith("'") and _ESCAPED.match(text) else text


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield rows as lines of CSV: UTF-8, commas, quotes where they are needed, CR LF at the end."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([escaped(cell) for cell in row])
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()


def read_csv(path: Path) -> tuple[list[str], Iterator[Line]]:
    """Return the names of a file's columns and its rows, each with its line's number; empty lines are left out.

    The rows are read as they are asked for.

    Raises:
        ImportFileError: the file cannot be read, or is no CSV with commas; also while the rows are read.
    """
    rows = _rows(path)
    header = next(rows, None)
    if header is None:
        raise ImportFileError(f"{path} is empty. Its first line has to name the columns: tag,name,serialNumber,…")
    names = [name.strip() for name in header[1]]
    _refuse_other_delimiter(path, names)
    return names, rows


def _rows(path: Path) -> Iterator[Line]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _lines(path, file)
    except UnicodeDecodeError as error:
        raise ImportFileError(
            f"{path} is not UTF-8 text ({error.reason} at byte {error.start}). Save it as “CSV UTF-8 (comma "
            "delimited)”, which every spreadsheet offers."
        ) from error
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror or error}. Name a CSV file.") from error


def _lines(path: Path, file: TextIO) -> Iterator[Line]:
    """Yield each row's cells and the line on which it begins. Raises ImportFileError at what is no CSV."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(file, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ImportFileError(_fault(path, begins, error)) from error
        if cells is None:
            return
        if any(cells):
            yield begins, [unescaped(cell) for cell in cells]
        begins = reader.line_num + 1


def _fault(path: Path, line: int, error: csv.Error) -> str:
    what = str(error)
    if "limit" in what or "unexpected end" in what:
        what = "a quoted text that begins there does not end"
    return (
        f"{path} is no CSV: in the row that begins at line {line}, {what}. A text with commas, quotes or newlines "
        'stands in quotes, and a quote in it is doubled: "17"" screen".'
    )


def _refuse_other_delimiter(path: Path, names: list[str]) -> None:
    if len(names) > 1:
        return
    for delimiter, words in _OTHER_DELIMITERS.items():
        if delimiter in names[0]:
            raise ImportFileError(
                f"{path} has one column, and its name has {words} in it ({names[0]!r:.80}): the columns have to be "
                "separated by commas. Save it as “CSV UTF-8 (comma delimited)”."
            )
