"""How a plan opens: what it is for, what is over a limit, what the settings change, and what each connection gave."""

import math
from collections.abc import Sequence

from msgspec import UNSET
from rich.text import Text

from reconciler.model.plan import ConnectionSummary, Kind, LimitUse, MatchReport, Plan, SettingChange
from reconciler.report.kinds import LIMITED
from reconciler.report.text.lines import Style, cells, folded, padded, parts, styled
from reconciler.report.values import ARROW, many, moment, short


def headline(plan: Plan, kind: str | None, width: int) -> list[Text]:
    """Return whose plan this is, of which settings, from when."""
    instance = f"{plan.instance} ({kind})" if kind else plan.instance
    if plan.undoes:
        undone = [f"Undo of run {plan.undoes}", instance, f"as of {moment(plan.made_at)}"]
        return folded(parts(undone, style=Style.HEADING), width, rest=2)
    settings = short(plan.settings_commit) if plan.settings_commit else f"{short(plan.settings_digest)} (no commit)"
    verb = "read" if any(each.read_at for each in plan.connections) else "as of"
    text = parts(
        [f"Plan for {instance}", f"settings {settings}", f"{verb} {moment(plan.made_at)}"], style=Style.HEADING
    )
    return folded(text, width, rest=2)


def first_import_lines(plan: Plan, width: int) -> list[Text]:
    """Return how a first import met a store that holds assets: where a wrong matching field shows (R3)."""
    lines: list[Text] = []
    for name, words in first_imports(plan):
        text = styled((f"First import of {name} into a store that holds assets: ", Style.HEADING), words)
        lines += [Text(), *folded(text, width, first=styled(("! ", Style.WARNING)))]
    return lines


def first_imports(plan: Plan) -> list[tuple[str, str]]:
    """Return the connections whose first import meets a store that holds assets, each with how it met them (R3)."""
    met = [(each.name, each.report) for each in plan.connections if _fills_a_filled_store(plan, each)]
    return [(name, _met_a_filled_store(report)) for name, report in met]


def _met_a_filled_store(report: MatchReport) -> str:
    return (
        f"of {report.devices():,} devices {report.matched:,} {'matches' if report.matched == 1 else 'match'} an asset, "
        f"{report.ambiguous:,} {'is' if report.ambiguous == 1 else 'are'} ambiguous, and {report.created:,} would be "
        f"created. If more should match, correct assetMatchingField before applying."
    )


def _fills_a_filled_store(plan: Plan, summary: ConnectionSummary) -> bool:
    report = summary.report
    if not summary.first_import or not (report.matched or report.ambiguous or report.created):
        return False
    created = [use for use in plan.limits if use.connection == summary.name and use.kind is Kind.CREATED]
    return not any(use.exempt for use in created)


def limit_lines(plan: Plan, width: int) -> list[Text]:
    """Return the limits that the plan is over, with the numbers and how to allow it; nothing for none (R4)."""
    over = plan.over_limit()
    if not over:
        return []
    lines = [Text(), styled(("OVER A LIMIT: this plan will not be applied as it is.", Style.LOUD))]
    for use in over:
        text = styled((use_words(use), Style.PROBLEM), f" ({use.bound:,} bound assets)")
        lines += folded(text, width, first=styled(("  ! ", Style.PROBLEM)))
    return lines + folded(parts(["To allow it:", *allow_words(over)], " "), width, first="    ")


def use_words(use: LimitUse) -> str:
    """Return a limit's numbers: `created (intune): 10 planned, 6 already in the last 24 h: 16 of 14 allowed`."""
    return f"{LIMITED[use.kind]} ({use.connection}): {numbers_words(use)}"


def numbers_words(use: LimitUse) -> str:
    """Return what is planned, what was used already, what both come to, and what is allowed."""
    before = f", {use.used:,} already in the last {_window(use)}: {use.used + use.planned:,} of" if use.used else ","
    half = f", half of {use.bound:,}" if _is_half(use) else ""
    return f"{use.planned:,} planned{before} {use.allowed:,} allowed{half}"


def _is_half(use: LimitUse) -> bool:
    """Return whether half of the bound assets is what is allowed, whatever the settings would allow (R1)."""
    return use.kind is not Kind.NEW_TYPES and use.bound > 0 and use.allowed == math.ceil(use.bound / 2)


def _window(use: LimitUse) -> str:
    return "24 h" if use.window is UNSET else use.window


def allow_words(over: Sequence[LimitUse]) -> list[str]:
    """Return the options that raise these limits for one run: `--allow created=12`, `--because TEXT`."""
    needed: dict[str, int] = {}
    for use in over:
        needed[use.kind] = max(needed.get(use.kind, 0), use.planned)
    return [*(f"--allow {kind}={number}" for kind, number in needed.items()), "--because TEXT"]


def pending_lines(pending: Sequence[SettingChange], since: str | None, width: int) -> list[Text]:
    """Return the settings that this store has not seen yet, enablement first; nothing for none (E4).

    `since` is the commit, or the time, of the settings that it has seen.
    """
    if not pending:
        return []
    when = f" (since {since_words(since)})" if since else ""
    heading = styled(("settings not yet applied here", Style.HEADING), when)
    lines = [Text(), *folded(heading, width, rest=2)]
    names = min(max(cells(each.path) for each in pending), width // 2)
    for each in enablement_first(pending):
        loud = each.path.endswith(": enabledForInstances")
        mark, style = (("  ! ", Style.LOUD), Style.LOUD) if loud else (("  ~ ", Style.UPDATE), Style.PLAIN)
        first = styled(mark, (padded(each.path, names), style), "  ")
        told = styled((f"{each.before} {ARROW} {each.after}", style))
        lines += folded(told, width, first=first, rest=4 + names + 2)
    return lines


def enablement_first(pending: Sequence[SettingChange]) -> list[SettingChange]:
    """Return settings in the order in which they are shown: what turns connections on or off comes first (E4)."""
    return sorted(pending, key=lambda each: ("enabled" not in each.path.lower(), each.path))


def since_words(when: str) -> str:
    """Return the commit, or the time, of the settings that a store has seen."""
    return moment(when) if when.endswith("Z") else short(when)


def connection_lines(plan: Plan, width: int) -> list[Text]:
    """Return one line per connection, with its warnings and what of it is unknown beneath."""
    if not plan.connections or plan.undoes:
        return []
    names = min(max(cells(each.name) for each in plan.connections), width // 3)
    lines = [Text()]
    for each in plan.connections:
        first = styled((padded(each.name, names), Style.HEADING), "  ")
        lines += folded(_connection(each), width, first=first, rest=names + 2)
        indent = " " * (names + 2)
        notes = [(f"{part.part} unknown", part.why) for part in each.unknown if part.why != each.skipped]
        for word, text in [*notes, *(("warning", text) for text in each.warnings)]:
            note = styled((f"{word}: ", Style.WARNING), text)
            lines += folded(note, width, first=styled(indent, ("! ", Style.WARNING)))
    return lines


def _connection(summary: ConnectionSummary) -> Text:
    if summary.skipped is not None:
        style = Style.PROBLEM if failed(summary) else Style.PLAIN
        return styled((f"{skipped_verb(summary)}: ", style), summary.skipped)
    words = met_words(summary.report)
    return styled(listed_words(summary.report), ": " if words else "") + parts(words, ", ")


def listed_words(report: MatchReport, word: str = "") -> str:
    """Return how many devices a list had, and how many it lacked that Intune has when asked by id (G3)."""
    found = f", a short list: {report.found_by_id:,} more found by id" if report.found_by_id else ""
    return f"{many(report.listed, word) if word else f'{report.listed:,}'} listed{found}"


def skipped_verb(summary: ConnectionSummary) -> str:
    """Return what was not done with a connection that did nothing; the reason follows."""
    if not summary.enabled:
        return "not enabled here"
    return "could not be read" if failed(summary) else "not read"


def failed(summary: ConnectionSummary) -> bool:
    """Return whether a connection did nothing because of a failure; one that is not due leaves nothing unknown."""
    return summary.enabled and summary.skipped is not None and bool(summary.unknown)


def met_words(report: MatchReport) -> list[str]:
    """Return how a connection's listed devices met the store's assets: `480 bound`, `2 to create`."""
    numbers = (
        (report.bound, "bound"),
        (report.matched, "matched"),
        (report.created, "to create"),
        (report.ambiguous, "ambiguous"),
        (report.withheld, "not applied: data missing"),
        (report.excluded, "excluded"),
        (report.superseded, "superseded"),
        (report.not_created, "not created"),
    )
    return [f"{number:,} {word}" for number, word in numbers if number]
