"""The journal and the store's state for people: the runs, one run in full, and what `status` says."""

from collections.abc import Sequence

from rich.text import Text

from reconciler.model.plan import SettingChange
from reconciler.model.run import (
    Attempt,
    ConnectionStatus,
    LicenceUse,
    OpenRun,
    Outcome,
    Run,
    RunDetail,
    StoreStatus,
)
from reconciler.report.groups import change_groups
from reconciler.report.summary import counts_words, outcome_line
from reconciler.report.text.changes import change_lines
from reconciler.report.text.group_lines import group_lines
from reconciler.report.text.lines import Style, cells, folded, padded, parts, styled
from reconciler.report.text.opening import pending_lines
from reconciler.report.values import many, moment, short


def history_text(runs: Sequence[Run], *, width: int = 80) -> list[Text]:
    """Return a table of runs in their given order, one row each; a sentence when there are none."""
    if not runs:
        return [styled("No run was applied to this store yet.")]
    rows = [("run", "when", "who", "commit"), *(_row(run) for run in runs)]
    sizes = [max(cells(row[column]) for row in rows) for column in range(4)]
    what = [styled(("what", Style.HEADING)), *(parts(_what(run), ", ") for run in runs)]
    lines: list[Text] = []
    for number, row in enumerate(rows):
        style = Style.PLAIN if number else Style.HEADING
        first = styled(*((padded(text, size) + "  ", style) for text, size in zip(row, sizes, strict=True)))
        if width - first.cell_len < _ROOM:
            lines += [*folded(first, width), *(folded(what[number], width, first="    ") if number else [])]
        else:
            lines += folded(what[number], width, first=first)
    return lines


_GROUPS = 10
"""Groups of changes that a run's summary shows."""
_ROOM = 16
"""Cells that the last column needs to stand beside the others."""


def _row(run: Run) -> tuple[str, str, str, str]:
    return run.run_id, moment(run.started_at), run.who, _commit(run)


def _commit(run: Run) -> str:
    commit = short(run.commit) if run.commit else "none"
    return commit if run.clean or not run.commit else f"{commit}, uncommitted"


def _what(run: Run) -> list[str]:
    undoes = [f"undoes {run.undoes}"] if run.undoes else []
    undone = [f"undone by {run.undone_by}"] if run.undone_by else []
    unread = [f"{', '.join(sorted(run.unread))} not read"] if run.unread else []
    return [*undoes, *(counts_words(run.counts) or ["no changes"]), *unread, *undone]


def run_text(detail: RunDetail, *, every: bool = False, width: int = 80) -> list[Text]:
    """Return one run: who applied what from where, what was allowed, and the changes, alike ones once (V6)."""
    return [*_run_opening(detail.run, width), *change_lines(detail.changes, every=every, width=width)]


def run_summary(detail: RunDetail, *, width: int = 80) -> list[Text]:
    """Return one run in short: who applied what from where, and the largest groups of its changes."""
    groups = change_groups(detail.changes)
    lines = [*_run_opening(detail.run, width), Text(), *group_lines(groups[:_GROUPS], width)]
    if len(groups) > _GROUPS:
        lines.append(styled((f"    … and {many(len(groups) - _GROUPS, 'more group')}", Style.QUIET)))
    return lines


def _run_opening(run: Run, width: int) -> list[Text]:
    """Return what a run was: when, by whom, from where, on which settings, with which limits raised."""
    allowed = ", ".join(f"{kind}={number}" for kind, number in sorted(run.allowances.items()))
    facts = [
        ("started", moment(run.started_at, seconds=True)),
        ("finished", moment(run.finished_at, seconds=True)),
        ("by", run.who),
        ("from", run.where),
        ("commit", f"{run.commit or 'none'}{'' if run.clean else ', uncommitted'}"),
        ("undoes", run.undoes or ""),
        ("undone", f"by {run.undone_by}" if run.undone_by else ""),
        ("plan", run.plan_digest),
        ("allowed", allowed),
        ("because", run.because or ""),
        ("what", ", ".join(_what(run))),
    ]
    heading = styled((f"Run {run.run_id} of {run.instance}", Style.HEADING))
    return [*folded(heading, width), *_facts(facts, width)]


def status_text(
    status: StoreStatus,
    *,
    pending: Sequence[SettingChange] = (),
    unconfigured: Sequence[tuple[str, int]] = (),
    held: Sequence[str] = (),
    connections: Sequence[ConnectionStatus] = (),
    width: int = 80,
) -> list[Text]:
    """Return what a store holds, its last run and reads, who holds its lease, and the settings it has not seen (E4).

    `connections` are those of the settings; without them the reads are shown by tenant.

    `unconfigured` are tenants that have bindings and no connection any more, each with how many (K7); `held` says which
    connections are held, and why (J2).
    """
    bindings = [f"{number:,} {presence}" for presence, number in sorted(status.bindings.items()) if number]
    facts = [
        ("store", f"{status.store_id}, revision {status.revision or 'none'}"),
        ("assets", f"{status.assets:,}"),
        ("bindings", ", ".join(bindings) or "none"),
        ("last run", _last_run(status.last_run)),
        *(("connection", ", ".join(_connection(each))) for each in connections),
        *(
            ("last read", f"{name}: {moment(read_at)}")
            for name, read_at in sorted(status.last_reads.items())
            if name.rpartition("/")[2] not in {each.tenant_id for each in connections}
        ),
        *(
            ("no connection", f"tenant {tenant} has {many(number, 'binding')} and no connection in the settings")
            for tenant, number in unconfigured
        ),
        *(("licence", _licence(each)) for each in status.licences),
        *(("paused", f"{each}; change its settings, or apply with --resume") for each in held),
        ("lease", status.lease or ""),
        *(("interrupted", _open_run(each)) for each in status.open_runs),
    ]
    since = (status.last_run.commit or status.last_run.started_at) if status.last_run else None
    heading = styled((f"Store of {status.instance}", Style.HEADING))
    return [*folded(heading, width), *_facts(facts, width), *pending_lines(pending, since, width)]


def outcome_text(outcome: Outcome, seconds: float) -> Text:
    """Return `outcome_line` for a terminal."""
    return styled((outcome_line(outcome, seconds), Style.CREATE))


def _connection(each: ConnectionStatus) -> list[str]:
    if not each.enabled:
        return [f"{each.name}: not enabled here"]
    success = moment(each.last_success) if each.last_success else "never"
    failed = f"last failure {moment(each.last_failure)} ({each.last_error})" if each.last_failure else "no failure"
    return [
        f"{each.name}: last success {success}",
        failed,
        *([f"next due {moment(each.next_due)}"] if each.next_due else []),
        *([f"credential ends {each.credential_ends}"] if each.credential_ends else []),
    ]


def attempts_text(attempts: Sequence[Attempt], *, width: int = 80) -> list[Text]:
    """Return the applies that failed or could not read everything, one paragraph each (J4)."""
    if not attempts:
        return [styled("No apply has failed on this store.")]
    lines: list[Text] = []
    for each in attempts:
        written = f", run {each.run_id} was written" if each.run_id else ""
        commit = f", commit {short(each.commit)}" if each.commit else ""
        heading = f"{moment(each.failed_at)}  exit {each.exit_code}{written}, by {each.who} from {each.where}{commit}"
        lines += folded(styled((heading, Style.HEADING)), width)
        lines += folded(styled(each.error), width, first="  ")
        for name, why in sorted(each.unread.items()):
            lines += folded(styled(f"{name} was not read: {why}"), width, first="  ")
    return lines


def _licence(use: LicenceUse) -> str:
    if use.seats is None:
        return f"{use.name}: {use.used:,} used"
    over = f", {many(use.over(), 'seat')} too few" if use.over() else ""
    return f"{use.name}: {use.used:,} of {many(use.seats, 'seat')} used{over}"


def _open_run(run: OpenRun) -> str:
    settled = ", ".join(f"{number:,} {state}" for state, number in sorted(run.intents.items()) if number)
    return f"{run.run_id}, {moment(run.started_at)}, by {run.who}: {settled}; the next apply finishes it"


def _last_run(run: Run | None) -> str:
    if run is None:
        return "none yet"
    return f"{run.run_id}, {moment(run.started_at)}, by {run.who}: {', '.join(_what(run))}"


def _facts(facts: Sequence[tuple[str, str]], width: int) -> list[Text]:
    """Return named facts in two columns; one that is empty is left out."""
    names = max(cells(name) for name, _ in facts)
    return [
        line
        for name, fact in facts
        if fact
        for line in folded(styled(fact), width, first=styled(("  " + padded(name, names), Style.QUIET), "  "))
    ]
