"""What an asset is, and what becomes of it: stored values, its binding's life, the plan's words, and the journal."""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.explain.software_words import software_groups
from reconciler.explain.story import Fact, Mark, because, said
from reconciler.model.plan import SOFTWARE, Attribute, Plan, Subject
from reconciler.model.run import RunDetail
from reconciler.model.state import Asset, Binding, State
from reconciler.planning.asset_values import TAG, asset_values
from reconciler.planning.users.references import references


def stored_facts(state: State, asset: Asset | None) -> Iterator[Fact]:
    """Yield what the store holds of an asset, what is empty left out."""
    if asset is None:
        return
    yield Fact(TAG, asset.tag)
    for name, value in asset_values(asset, state.fields, references(state.people)).items():
        if value is not None:
            yield Fact(name, said(value))


def binding_facts(plan: Plan, binding: Binding) -> Iterator[Fact]:
    """Yield where a binding is in its life, and where the plan takes it (table *Presence*)."""
    life = binding.life
    yield Fact("presence", life.presence, f"device {life.device_id} of {binding.source} tenant {binding.tenant_id}")
    if life.missing_since is not None:
        reads = "1 read" if life.missing_reads == 1 else f"{life.missing_reads} reads"
        yield Fact("missing", f"since {life.missing_since}", f"absent in {reads}")
    if life.unlisted_reads:
        yield Fact("unlisted", f"in {life.unlisted_reads} reads in a row", "Intune answers for it by its id (G3)")
    if life.inactive_since is not None:
        before = life.status_before or "none"
        yield Fact("inactive", f"since {life.inactive_since}", f"its status before was {before} (D1)")
    if life.status_set is not None:
        yield Fact("status", f"{life.status_set} was set last", "another one is a person's, and is left alone (D1)")
    for each in life.superseded:
        yield Fact("superseded", f"device {each.device_id}, since {each.since}", "it enrolled earlier (M5)")
    yield from _becomes(plan, binding)


def _becomes(plan: Plan, binding: Binding) -> Iterator[Fact]:
    """Yield where the plan takes a binding; nothing where it leaves it."""
    life = binding.life
    for change in plan.bindings:
        before_id = change.before.device_id if change.before else None
        if before_id == life.device_id and change.tenant_id == binding.tenant_id:
            words = f"{life.presence} → {change.after.presence}"
            moved = f", bound to device {change.after.device_id}" if change.after.device_id != before_id else ""
            yield Fact("becomes", f"{words}{moved}", because(change.reason, change.rule), Mark.DECIDED)


def pin_facts(state: State, asset: Asset | None) -> Iterator[Fact]:
    """Yield an asset's pinned fields (F3)."""
    for field, reason in sorted(state.pins.get(asset.id, {}).items()) if asset is not None else ():
        yield Fact(field, "never written", f"{reason} (F3)")


def plan_facts(plan: Plan, tag: str, devices: Sequence[str]) -> Iterator[Fact]:
    """Yield everything that a plan says of an asset and its devices; that nothing changes, too."""
    told = [*_changes(plan, tag), *_not_done(plan, devices)]
    bookkeeping = [each for each in plan.bindings if tag and each.asset == tag and each.before is None]
    for change in bookkeeping:
        words = f"device {change.after.device_id} to {change.asset}"
        told.append(Fact("binds", words, because(change.reason, change.rule), Mark.DECIDED))
    yield from told or [Fact("nothing", "it is as the settings and Intune say")]


def _changes(plan: Plan, tag: str) -> Iterator[Fact]:
    for change in plan.changes:
        if change.subject is Subject.ASSET and tag and change.name == tag:
            details, listed = _attributes(change.attributes)
            yield Fact(change.action, change.name, ", ".join(change.kinds), Mark.DECIDED, details, listed)


def _not_done(plan: Plan, devices: Sequence[str]) -> Iterator[Fact]:
    for held in plan.withheld:
        if held.device_id in devices:
            yield Fact("withheld", held.what, because(held.reason, held.rule), Mark.PROBLEM)
    for problem in plan.problems:
        if problem.device_id in devices:
            yield Fact("problem", because(problem.message, problem.rule), mark=Mark.PROBLEM)
    for left in plan.left_alone:
        if left.device_id in devices:
            yield Fact("left alone", left.why, because(left.reason, left.rule), Mark.LOST)


def _attributes(attributes: Iterable[Attribute]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return what changes line by line, and the software of it side by side."""
    others = [each for each in attributes if not each.name.startswith(SOFTWARE)]
    groups = software_groups([each for each in attributes if each.name.startswith(SOFTWARE)])
    return tuple(map(attribute_line, others)), tuple((f"software {first}", *rest) for first, *rest in groups)


def attribute_line(attribute: Attribute) -> str:
    """Return an attribute's change in words."""
    words = f"{attribute.name}: {said(attribute.before)} → {said(attribute.after)}"
    return f"{words}, {because(attribute.reason, attribute.rule)}" if attribute.reason else words


def journal_facts(journal: Iterable[RunDetail]) -> Iterator[Fact]:
    """Yield each run that changed the asset, newest first (J1)."""
    runs = list(journal)
    for detail in runs:
        details, listed = _attributes([each for change in detail.changes for each in change.attributes])
        actions = ", ".join(dict.fromkeys(change.action for change in detail.changes))
        commit = f", commit {detail.run.commit[:7]}" if detail.run.commit else ""
        why = f"by {detail.run.who} at {detail.run.started_at}{commit}"
        yield Fact(detail.run.run_id, actions, why, details=details, listed=listed)
    if not runs:
        yield Fact("changes", "none", "no run of the journal changed it")
