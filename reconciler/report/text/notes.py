"""What a plan does not do, and says so: problems, changes whose data is missing, and what is left alone on purpose."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from reconciler.model.plan import LeftAlone, Problem, Withheld
from reconciler.report.text.lines import Style, folded, parts, styled
from reconciler.report.values import called, few_names

NOT_APPLIED: Final = "not applied: data missing"
"""What a withheld change is called."""
_EXAMPLES: Final = 5
_PROBLEMS: Final = 10


def problem_lines(problems: Sequence[Problem], *, every: bool, width: int) -> list[Text]:
    """Return the problems, those with one message together; nothing for none."""
    if not problems:
        return []
    groups = problem_groups(problems)
    lines = [Text(), styled((f"problems: {len(problems):,}", Style.LOUD), ", for a person to look at")]
    part = list(groups.items()) if every else list(groups.items())[:_PROBLEMS]
    for (connection, message, rule), labels in part:
        head = _chosen(labels, every=every).append_text(styled(f" of {connection}: {message} ({rule})"))
        lines += folded(head, width, first=styled(("  ! ", Style.PROBLEM)))
    if len(part) < len(groups):
        lines.append(styled((f"    … and {len(groups) - len(part):,} more; --all shows every one", Style.QUIET)))
    return lines


def problem_groups(problems: Sequence[Problem]) -> dict[tuple[str, str, str], list[str]]:
    """Return the labels of what has problems by connection, message and rule."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in problems:
        groups.setdefault((each.connection, each.message, each.rule), []).append(called(each.label))
    return groups


def withheld_lines(withheld: Sequence[Withheld], *, every: bool, width: int) -> list[Text]:
    """Return the withheld changes by what is withheld and why; nothing for none."""
    if not withheld:
        return []
    groups = withheld_groups(withheld)
    lines = [Text(), styled((f"{NOT_APPLIED}: {len(withheld):,}", Style.WARNING), ", until it is known")]
    for (what, connection, reason, rule), labels in groups.items():
        text = styled(f"{what} of ") + _chosen(labels, every=every) + styled(f" ({connection}): {reason} ({rule})")
        lines += folded(text, width, first=styled(("  ? ", Style.WARNING)))
    return lines


def withheld_groups(withheld: Sequence[Withheld]) -> dict[tuple[str, str, str, str], list[str]]:
    """Return the labels of what is withheld by what it is, connection, reason and rule."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for each in withheld:
        groups.setdefault((each.what, each.connection, each.reason, each.rule), []).append(called(each.label))
    return groups


def left_alone_lines(left: Sequence[LeftAlone], *, every: bool, width: int) -> list[Text]:
    """Return how many devices are left alone on purpose, why, and a few of them; nothing for none."""
    if not left:
        return []
    groups = left_alone_groups(left)
    lines = [Text(), styled((f"left alone: {len(left):,}", Style.HEADING), ", on purpose")]
    for (why, connection), group in groups.items():
        first = styled(f"  - {len(group):,} {why} ({connection}): ")
        lines += folded(_chosen(_labels(why, group, every=every), every=every), width, first=first, rest=4)
    return lines


def left_alone_groups(left: Sequence[LeftAlone]) -> dict[tuple[str, str], list[LeftAlone]]:
    """Return what is left alone by why and connection."""
    groups: dict[tuple[str, str], list[LeftAlone]] = {}
    for each in left:
        groups.setdefault((each.why, each.connection), []).append(each)
    return groups


def _labels(why: str, group: Sequence[LeftAlone], *, every: bool) -> list[str]:
    """Return the devices, with the reason where it says which field, or where everything is asked for."""
    if every or why in {"pinned", "changed-since"}:
        return [f"{called(each.label)} ({each.reason})" for each in group]
    return [called(each.label) for each in group]


def _chosen(labels: Sequence[str], *, every: bool) -> Text:
    """Return a few of the labels, each once, and how many more things there are."""
    some, more = few_names(labels, None if every else _EXAMPLES)
    return parts([*(name + times for name, times in some), *([f"{more:,} more"] if more else [])], ", ")
