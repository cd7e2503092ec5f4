"""Assets at a glance: as a table for people, as CSV for spreadsheets, as JSON for machines."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.text import Text

from reconciler.csv_files import csv_lines
from reconciler.inventory.overview import AssetView, Tie
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Superseded
from reconciler.planning.rules.values import as_text
from reconciler.report.json import REPORT_FORMAT, pretty
from reconciler.report.text.lines import Style, cells, folded, padded, styled
from reconciler.report.values import called, many, moment

_STYLES = {Tie.MISSING: Style.WARNING, Tie.DELETED: Style.PROBLEM, Tie.EXCLUDED: Style.QUIET, Tie.UNBOUND: Style.QUIET}
_MOMENT = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_TAG = 20
_NAME = 24


class _Assets(Struct, rename="camel", kw_only=True):
    format_version: int = REPORT_FORMAT
    assets: tuple[AssetView, ...]


def assets_text(views: Sequence[AssetView], *, width: int = 80) -> list[Text]:
    """Return assets as a table of at most `width` cells, each with why it is not updated beneath where there is one."""
    if not views:
        return [styled("No matching assets.")]
    tags = min(max(cells(view.tag) for view in views), _TAG)
    names = min(max(cells(view.name or "") for view in views), _NAME)
    heading = "  ".join((padded("tag", tags), padded("name", max(names, 4)), "tie      ", "last read"))
    lines = [styled((heading, Style.HEADING))]
    for view in views:
        first = styled(
            padded(_cut(view.tag, tags), tags) + "  " + padded(_cut(view.name or "", names), max(names, 4)) + "  ",
            (padded(view.tie, 8), _STYLES.get(view.tie, Style.PLAIN)),
            "  " + (moment(view.read_at) if view.read_at else "-"),
        )
        lines += folded(first, width, rest=4)
        if view.why:
            why = _MOMENT.sub(lambda found: moment(found[0]), view.why)
            lines += folded(styled((why, Style.QUIET)), width, first=" " * 4)
    return [*lines, Text(), *folded(styled((_summary(views), Style.HEADING)), width)]


def _cut(text: str, most: int) -> str:
    if cells(text) <= most:
        return text
    kept = called(text)
    while cells(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept}…"


def _summary(views: Sequence[AssetView]) -> str:
    counts = Counter(view.tie for view in views)
    return f"{many(len(views), 'asset')}: " + ", ".join(f"{counts[tie]:,} {tie}" for tie in Tie if counts[tie])


def assets_csv(views: Sequence[AssetView]) -> Iterator[bytes]:
    """Yield assets as lines of CSV, the names of the columns first; a cell is never a spreadsheet's formula (V2)."""
    names = AssetView.__struct_encode_fields__
    rows = ([_cell(getattr(view, field)) for field in AssetView.__struct_fields__] for view in views)
    yield from csv_lines([list(names)])
    yield from csv_lines(rows)


def _cell(value: Scalar | tuple[Superseded, ...]) -> str:
    return " ".join(each.device_id for each in value) if isinstance(value, tuple) else as_text(value)


def assets_json(views: Sequence[AssetView]) -> bytes:
    """Return assets as `{"formatVersion": 1, "assets": […]}`, with a newline at the end."""
    return pretty(_Assets(assets=tuple(views)))
