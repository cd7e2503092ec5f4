"""What a pull request's settings change over all environments, in one comment that is read in ten seconds (N4)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.model.fleet import FleetImpact, FleetRow
from reconciler.report.escaping import markdown_code

_IN_SIGHT: Final = 10
_LONGEST: Final = 60_000


def impact_markdown(rows: Sequence[FleetRow], base: str) -> str:
    """Return the verdict, the ten environments that are affected most, and the others folded."""
    affected = sorted((row for row in rows if not _of(row).is_nothing()), key=_worst)
    unknown = [row for row in rows if row.impact is None]
    lines = [f"<!-- reconciler:fleet -->\n#### {_verdict(rows, affected, unknown)}\n"]
    lines += [f"Against {markdown_code(base)}, from the latest recordings.\n"]
    if affected:
        lines += [_table(affected[:_IN_SIGHT])]
    if len(affected) > _IN_SIGHT:
        lines.append(_folded(f"{len(affected) - _IN_SIGHT} more environments", _table(affected[_IN_SIGHT:])))
    if unknown:
        told = "\n".join(f"- {markdown_code(row.environment)}: {markdown_code(row.error)}" for row in unknown)
        lines.append(_folded(f"{len(unknown)} environments that could not be planned", f"{told}\n"))
    return "\n".join(lines)


def _of(row: FleetRow) -> FleetImpact:
    return row.impact or FleetImpact()


def _worst(row: FleetRow) -> tuple[bool, bool, int, str]:
    found = _of(row)
    return not found.over, not found.note, -found.affected, row.environment


def _verdict(rows: Sequence[FleetRow], affected: Sequence[FleetRow], unknown: Sequence[FleetRow]) -> str:
    """Return what merging changes, and whether a limit stops it, in one line."""
    left = f"; {len(unknown)} could not be planned" if unknown else ""
    if not affected:
        return f"Merging changes nothing in {len(rows) - len(unknown)} environments{left}."
    caused, prevented = Counter[str](), Counter[str]()
    for row in affected:
        caused.update(_of(row).caused)
        prevented.update(_of(row).prevented)
    no_longer = f"no longer {_counts(prevented)}" if _counts(prevented) else ""
    kinds = ", ".join(filter(None, [_counts(caused), no_longer])) or "nothing that is applied"
    stopped = sum(bool(_of(row).over) for row in affected)
    limit = f"; a limit stops the next apply of {stopped}" if stopped else "; no limit stops it"
    return f"Merging changes {len(affected)} of {len(rows)} environments: {kinds}{limit}{left}."


def _table(rows: Sequence[FleetRow]) -> str:
    lines = ["| environment | affected | this change | prevented | over a limit |", "|---|---|---|---|---|"]
    for row in rows:
        found = _of(row)
        cells = [row.environment, f"{found.affected:,}", found.note or _counts(found.caused), _counts(found.prevented)]
        lines.append(f"| {' | '.join(map(_cell, [*cells, ', '.join(found.over)]))} |")
    return "\n".join(lines) + "\n"


def _counts(counts: Mapping[str, int]) -> str:
    """Return how many assets and users there are of each kind; what the catalogue needs for them is left out."""
    kept = sorted((kind, count) for kind, count in counts.items() if not kind.startswith("catalogue"))
    return ", ".join(f"{count:,} {kind}" for kind, count in kept)


def _cell(text: str) -> str:
    return markdown_code(text).replace("|", "\\|") if text else ""


def _folded(title: str, text: str) -> str:
    shown = (
        text
        if len(text) <= _LONGEST // 2
        else f"{text[: text.rindex(chr(10), 0, _LONGEST // 2)]}\n\nThe JSON has the rest.\n"
    )
    return f"<details><summary>{title}</summary>\n\n{shown}\n</details>\n"
