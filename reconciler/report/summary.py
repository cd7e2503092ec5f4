"""A plan or an outcome in one line."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from reconciler.model.plan import Action, Change, Effort, Kind, Plan, Subject, counts
from reconciler.model.run import Outcome
from reconciler.report.kinds import ORDER, WORDS
from reconciler.report.values import many


def title(plan: Plan, kind: str | None = None) -> str:
    """Return what a plan is, and of which instance: `Plan for prod (production)`."""
    instance = f"{plan.instance} ({kind})" if kind else plan.instance
    return f"Undo of run {plan.undoes} of {instance}" if plan.undoes else f"Plan for {instance}"


def what_it_comes_to(plan: Plan) -> tuple[str, list[str]]:
    """Return the summary for under a title, which says already that it is a plan or an undo."""
    first, *others = summary_parts(plan)
    return first.removeprefix("Undo: " if plan.undoes else "Plan: "), others


def summary_parts(plan: Plan) -> list[str]:
    """Return the parts of the summary line, in its order."""
    first, *others = _planned(plan.changes) or [""]
    return [f"{'Undo' if plan.undoes else 'Plan'}: {first}" if first else _nothing(plan), *others, *_rest(plan)]


def _nothing(plan: Plan) -> str:
    """Return why a plan has no changes, as sure as it can be."""
    if plan.undoes:
        return f"No changes: nothing that run {plan.undoes} wrote can be put back."
    if not any(connection.enabled for connection in plan.connections):
        return "No changes: no connection is enabled here."
    if plan.incomplete():
        return "No changes, as far as is known."
    if all(connection.skipped is not None for connection in plan.connections):
        return "No changes: no connection was read."
    if plan.picked:
        return "No changes in what was picked; the rest was not compared."
    if any(connection.skipped is not None for connection in plan.connections):
        return "No changes in the connections that were read; the others were skipped."
    return "No changes. The store matches Intune."


def _planned(changes: Sequence[Change]) -> list[str]:
    """Return what is planned in words: assets, users and the catalogue, each with what it counts as."""
    number = Counter((change.subject, change.action) for change in changes)
    parts = []
    created, updated = number[Subject.ASSET, Action.CREATE], number[Subject.ASSET, Action.UPDATE]
    removed = number[Subject.ASSET, Action.DELETE]
    if created or updated or removed:
        made = [f"{created:,} to create"] if created else []
        changed = [f"{updated:,} to update{_as_what(_updates(changes))}"] if updated else []
        gone = [f"{removed:,} to remove"] if removed else []
        parts.append(", ".join(made + changed + gone))
    users = [number[Subject.USER, action] for action in (Action.CREATE, Action.UPDATE, Action.DELETE)]
    if any(users):
        verbs = zip(users, ("create", "update", "remove"), strict=True)
        words = [f"{each:,} to {word}" for each, word in verbs if each]
        parts.append(f"users: {', '.join(words)}{_as_what(_of_kind(changes, Kind.USERS_DEACTIVATED))}")
    entries = number[Subject.CATALOGUE, Action.CREATE], number[Subject.CATALOGUE, Action.UPDATE]
    if any(entries):
        words = [f"{many(entries[0], 'entry', 'entries')} to make"] if entries[0] else []
        words += [f"{entries[1]:,} to change"] if entries[1] else []
        parts.append(f"catalogue: {', '.join(words)}{_as_what(_of_kind(changes, Kind.NEW_TYPES))}")
    return parts


def _updates(changes: Iterable[Change]) -> dict[str, int]:
    """Return what updates of assets count as; nothing where they only change fields, which is what one expects."""
    found = counts(change for change in changes if change.subject is Subject.ASSET and change.action is Action.UPDATE)
    return {} if set(found) == {Kind.UPDATED} else found


def _of_kind(changes: Iterable[Change], kind: Kind) -> dict[str, int]:
    return {kind: sum(kind in change.kinds for change in changes)}


def _as_what(found: Mapping[str, int]) -> str:
    """Return in brackets what changes count as, in the words that a run has for it."""
    words = ", ".join(counts_words(found))
    return f" ({words})" if words else ""


def _rest(plan: Plan) -> list[str]:
    parts = []
    if plan.bindings and not plan.changes:
        parts.append(f"{many(len(plan.bindings), 'binding')} to record")
    if plan.withheld:
        parts.append(f"{len(plan.withheld):,} not applied: data missing")
    if plan.problems:
        parts.append(many(len(plan.problems), "problem"))
    if over := plan.over_limit():
        parts.append(f"over {many(len(over), 'limit')}")
    return [*parts, *_effort(plan)]


def _effort(plan: Plan) -> list[str]:
    """Return what applying takes of a store behind an API (W7); nothing when only reading is left."""
    if not isinstance(plan.effort, Effort) or not plan.effort.writing:
        return []
    total = plan.effort.reading + plan.effort.writing
    return [f"about {many(total, 'request')} to the store, {many(plan.effort.minutes, 'minute')}"]


def outcome_line(outcome: Outcome, seconds: float) -> str:
    """Return what an apply did: `Applied run 20261123-080000-1a2b: 8 created, 21 updated in 1.2 s`."""
    done = ", ".join(counts_words(outcome.counts))
    if not done:
        done = f"{many(outcome.bindings, 'binding')} recorded" if outcome.bindings else "nothing to change"
    return f"Applied run {outcome.run_id}: {done} in {seconds:.1f} s"


def counts_words(counts: Mapping[str, int]) -> list[str]:
    """Return a run's counts, named as `Plan.counts` names them, in words."""
    names: dict[str, tuple[str, str]] = {kind: (WORDS[kind], WORDS[kind]) for kind in ORDER}
    names |= {
        Kind.USERS_DEACTIVATED: ("user made inactive", "users made inactive"),
        Kind.USERS_CREATED: ("user created", "users created"),
        "user-create": ("user created", "users created"),
        "user-update": ("user updated", "users updated"),
        "user-delete": ("user removed", "users removed"),
        Kind.NEW_TYPES: ("new type", "new types"),
        "catalogue-create": ("catalogue entry made", "catalogue entries made"),
        "catalogue-update": ("catalogue entry changed", "catalogue entries changed"),
        "asset-update": ("software only", "software only"),
    }
    known = [f"{counts[name]:,} {words[counts[name] != 1]}" for name, words in names.items() if counts.get(name)]
    other = [f"{number:,} {name}" for name, number in sorted(counts.items()) if number and name not in names]
    return known + other
