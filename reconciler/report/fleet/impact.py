"""What a pull request's settings change over all environments, in one comment that is read in ten seconds (N4)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.model.fleet import FleetImpact, FleetRow
from reconciler.report.escaping import markdown_code
from reconciler.report.text.impact import count_words, merging_words
from reconciler.report.values import many

_IN_SIGHT: Final = 10
_LONGEST: Final = 60_000
_WARNING: Final = "\N{WARNING SIGN}"


def impact_markdown(rows: Sequence[FleetRow], base: str) -> str:
    """Return the verdict, the ten environments that are affected most, and the others folded."""
    affected = sorted((row for row in rows if not _of(row).is_nothing()), key=_worst)
    unknown = [row for row in rows if row.impact is None]
    lines = [f"<!-- reconciler:fleet -->\n\n{_verdict(rows, affected, unknown)}\n"]
    if affected:
        lines += [_table(affected[:_IN_SIGHT])]
    if len(affected) > _IN_SIGHT:
        lines.append(_folded(many(len(affected) - _IN_SIGHT, "more environment"), _table(affected[_IN_SIGHT:])))
    if unknown:
        told = "\n".join(f"- {markdown_code(row.environment)}: {markdown_code(row.error)}" for row in unknown)
        lines.append(_folded(f"{many(len(unknown), 'environment')} that could not be planned", f"{told}\n"))
    lines += [f"<sub>Against {markdown_code(base)}, from the latest recordings.</sub>\n"]
    return "\n".join(lines)


def _of(row: FleetRow) -> FleetImpact:
    return row.impact or FleetImpact()


def _worst(row: FleetRow) -> tuple[bool, bool, int, str]:
    found = _of(row)
    return not found.over, not found.note, -found.affected, row.environment


def _verdict(rows: Sequence[FleetRow], affected: Sequence[FleetRow], unknown: Sequence[FleetRow]) -> str:
    """Return what merging changes, whether a limit stops it, and who can let it pass, in one line."""
    planned = len(rows) - len(unknown)
    found = [_of(row) for row in affected]
    assets, users = sum(each.assets for each in found), sum(each.users for each in found)
    caused = sum((Counter(each.caused) for each in found), Counter[str]())
    words = merging_words(assets, users, caused, nothing=not affected)
    where = f"in {many(len(affected), 'environment')} of {planned:,}" if affected else f"in {planned:,} environments"
    left = f" {many(len(unknown), 'environment')} could not be planned." if unknown else ""
    stopped = [row for row in affected if _of(row).over]
    mark = f"{_WARNING} " if stopped or unknown else ""
    return f"**{mark}{words} {where}.** {_limits(stopped)}{left}"


def _limits(stopped: Sequence[FleetRow]) -> str:
    if not stopped:
        return "No limit stops the next apply because of it."
    return (
        f"The next scheduled apply stops at a limit in {len(stopped):,} of them. After the merge, somebody who may run "
        "it starts the workflow _apply_ for each, with `allow` and a reason; `reconciler plan` says which numbers."
    )


def _table(rows: Sequence[FleetRow]) -> str:
    lines = [
        "| environment | assets | users | what happens | what no longer happens | over a limit |",
        f"|{'---|' * 6}",
    ]
    for row in rows:
        found = _of(row)
        kinds = [found.note or _counts(found.caused), _counts(found.prevented), ", ".join(found.over)]
        lines.append(
            f"| {' | '.join(map(_cell, [row.environment, f'{found.assets:,}', f'{found.users:,}', *kinds]))} |"
        )
    return "\n".join(lines) + "\n"


def _counts(counts: Mapping[str, int]) -> str:
    """Return how many assets and users there are of each kind; what the catalogue needs for them is left out."""
    kept = {kind: count for kind, count in sorted(counts.items()) if not kind.startswith("catalogue")}
    return ", ".join(count_words(kept))


def _cell(text: str) -> str:
    return markdown_code(text).replace("|", "\\|") if text else ""


def _folded(title: str, text: str) -> str:
    shown = (
        text
        if len(text) <= _LONGEST // 2
        else f"{text[: text.rindex(chr(10), 0, _LONGEST // 2)]}\n\nThe JSON has the rest.\n"
    )
    return f"<details><summary>{title}</summary>\n\n{shown}\n</details>\n"
