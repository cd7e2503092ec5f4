"""What a device's values become: its type rule by rule, each mapping step by step, its user and its site."""

from collections.abc import Container, Iterator

from reconciler.explain.criteria import criterion_lines
from reconciler.explain.story import Fact, Mark, because, said
from reconciler.model.plan import Plan
from reconciler.model.state import Asset
from reconciler.planning.attributes.asset_changes import Draft, site_of
from reconciler.planning.change_building import draft_asset
from reconciler.planning.planner import Planner
from reconciler.planning.rules.columns import of_one
from reconciler.planning.rules.criteria import compile_criterion
from reconciler.planning.rules.mapping import compile_mappings
from reconciler.planning.users.assignment import Assignment, Found, assign
from reconciler.planning.users.entra import Unclear
from reconciler.planning.users.references import references
from reconciler.settings.asset_types import Determine
from reconciler.settings.field_mappings import Mapping, Write
from reconciler.settings.imports import SiteAllocation


def type_facts(planner: Planner, place: int, asset: Asset | None) -> Iterator[Fact]:
    """Yield each rule, what it asked and whether it decided; then the type (T1-T4)."""
    settings, places = planner.connection.asset_types, planner.compiled.fields.places
    row, values = planner.devices.row(place), planner.devices.values(place)
    decided = False
    for rule in settings.rules if settings.determine is Determine.RULES else ():
        if decided:
            yield Fact(rule.name, "not tried", "an earlier rule decided", Mark.LOST)
            continue
        [answer] = compile_criterion(rule.when, places)(of_one(row, values))
        words = {True: f"matched: {rule.type}", False: "did not match", None: "reads a value that is unknown"}[answer]
        lines = tuple(criterion_lines(rule.when, places, row, values))
        yield Fact(rule.name, words, mark=Mark.LOST if answer is False else Mark.DECIDED, details=lines)
        decided = answer is not False
    decision = planner.devices.types[place]
    mark = Mark.PROBLEM if decision.name is None else Mark.DECIDED
    yield Fact("decided", decision.name or "no type", because(decision.reason, decision.rule), mark)
    if asset is not None and not settings.update_types:
        yield Fact("kept", asset.type or "empty", "updateTypes is false: an existing asset keeps its type (T4)")


def drafted(planner: Planner, place: int, asset: Asset | None) -> Draft:
    """Return what the settings make of the device's asset, whether or not the plan writes it."""
    draft = Draft(asset, planner.world.state.pins.get(asset.id, {}) if asset else {})
    draft_asset(planner, planner.devices.at(place), draft)
    return draft


def field_facts(planner: Planner, place: int, draft: Draft, written: Container[str]) -> Iterator[Fact]:
    """Yield each mapping: what came in, what each transform made of it, and what becomes of it (F1-F4).

    `written` are the attributes that the plan writes: it may leave a whole device alone.
    """
    mappings, values = planner.compiled.fields.mappings, planner.devices.values(place)
    for mapping, value in zip(mappings, values, strict=True):
        words, why, mark = _outcome(planner, mapping, draft, value, written)
        yield Fact(mapping.to, words, why, mark, tuple(_steps(planner, mapping, place)))


def _steps(planner: Planner, mapping: Mapping, place: int) -> Iterator[str]:
    if mapping.value is not None:
        yield f"the constant {said(mapping.value)}"
    sources = mapping.sources()
    for source in sources:
        alone = mapping.model_copy(update={"from_": source, "transform": []})
        yield f"{source} is {said(_mapped(planner, alone, place))}"
    for count, transform in enumerate(mapping.transform, 1):
        so_far = mapping.model_copy(update={"transform": mapping.transform[:count]})
        name = transform if isinstance(transform, str) else next(iter(transform.model_dump(by_alias=True)))
        yield f"{name} makes it {said(_mapped(planner, so_far, place))}"


def _mapped(planner: Planner, mapping: Mapping, place: int) -> object:
    """Return what a mapping makes of the device, by the code that a plan runs for every device."""
    fields, snapshot = planner.compiled.fields, planner.snapshot
    targets = {field.name: field for field in fields.fields}
    alone = compile_mappings([mapping], targets, snapshot.device_properties, snapshot.user_properties)
    row = planner.devices.row(place)
    known = fields.places.properties
    properties = {at: [row[known[name]]] for name, at in alone.places.properties.items()}
    [[value]] = alone.columns(properties, planner.devices.users.of([place]))
    return value


def _outcome(
    planner: Planner, mapping: Mapping, draft: Draft, value: object, written: Container[str]
) -> tuple[str, str, Mark]:
    name = mapping.to
    position = planner.world.positions.get(name)
    stored = draft.asset.values[position] if draft.asset is not None and position is not None else None
    for attribute in draft.attributes:
        if attribute.name == name and name not in written:
            return f"stays {said(stored)}", f"the plan does not write {said(attribute.after)}: see below", Mark.LOST
        if attribute.name == name:
            change = f"{said(attribute.before)} → {said(attribute.after)}"
            return change, because(attribute.reason, attribute.rule), Mark.DECIDED
    for pinned, reason in draft.pinned:
        if pinned == name:
            return f"stays {said(stored)}", f"it is pinned: {reason} (F3)", Mark.LOST
    for unknown, reason, rule in draft.unknown:
        if unknown == name:
            return "withheld", because(reason, rule), Mark.PROBLEM
    for message, rule in draft.problems:
        if message.startswith(f"{name}: "):
            return f"stays {said(stored)}", because(message.removeprefix(f"{name}: "), rule), Mark.PROBLEM
    return f"stays {said(stored)}", _why_not(mapping, draft, stored, value), Mark.PLAIN


def _why_not(mapping: Mapping, draft: Draft, stored: object, value: object) -> str:
    if mapping.write is Write.ON_CREATE and not draft.creating:
        return "written on creation only"
    if mapping.write is Write.WHEN_EMPTY and stored is not None:
        return "written only while it is empty"
    if (value is None or value == "") and stored is not None:
        return "the source is empty, and the mapping keeps"
    return "it is so already"


def user_facts(planner: Planner, place: int, draft: Draft) -> Iterator[Fact]:
    """Yield whom the source names, which store user that is, and the site that follows (U1-U3, S1)."""
    users, imports, world = planner.connection.users, planner.connection.imports, planner.world
    value = planner.devices.at(place).identifier
    found = assign(users, world.directory, value, world.not_imported.get(planner.name))
    shown = "unclear" if isinstance(value, Unclear) else said(value)
    yield Fact("source", f"{users.identifier_source()} is {shown}", f"assignFrom is {users.assign_from} (U1)")
    words, why, mark = _user_words(planner, found)
    yield Fact("user", words, why, mark)
    if imports.site_allocation is SiteAllocation.KEEP and not draft.creating:
        site = draft.asset.site if draft.asset else None
        yield Fact("site", f"stays {said(site)}", "siteAllocation is keep: the site is set on creation only (S1)")
        return
    owner = found.person if found.found is Found.MATCHED else draft.asset.user if draft.asset else None
    site, reason = site_of(imports, owner, world.directory)
    yield Fact("site", site or "stays as it is", because(reason, "S1"), Mark.DECIDED if site else Mark.PLAIN)


def _user_words(planner: Planner, found: Assignment) -> tuple[str, str, Mark]:
    users = planner.connection.users
    unlinks = "unlinkWhenNoMatch is " + ("true: it is unlinked" if users.unlink_when_no_match else "false: kept")
    match found.found:
        case Found.UNTOUCHED:
            return "left alone", "assignFrom is none (U1)", Mark.PLAIN
        case Found.MATCHED:
            called = references(planner.world.directory.people.values())
            return called[found.person or 0], f"its {users.user_identifier.store} is {found.value} (U3)", Mark.DECIDED
        case Found.NOBODY:
            return "nobody", f"the source names no user; {unlinks} (U3)", Mark.PLAIN
        case Found.NOT_IN_STORE:
            return "not in the store", f"no store user has {found.value}; {unlinks} (U3)", Mark.LOST
        case Found.AMBIGUOUS:
            return (
                f"{found.count} store users",
                f"they all have {found.value}; the link is left alone (U2)",
                Mark.PROBLEM,
            )
        case Found.SEVERAL:
            return "several people", because(found.reason, "U1"), Mark.PROBLEM
        case Found.UNKNOWN:
            return "unknown", because(found.reason, "U3"), Mark.PROBLEM


def limit_facts(plan: Plan, tag: str) -> Iterator[Fact]:
    """Yield each limit that the asset's change counts for, and how far it is used (R1)."""
    change = next((each for each in plan.changes if each.name == tag and each.subject == "asset"), None)
    for use in plan.limits if change is not None else ():
        if change is not None and use.connection == change.connection and use.kind in change.kinds:
            verdict = use.exempt or ("over the limit" if use.over else "within the limit")
            words = f"{use.planned:,} planned and {use.used:,} in the window, {use.allowed:,} allowed"
            yield Fact(use.kind, words, f"{verdict} (R1)", Mark.PROBLEM if use.over else Mark.PLAIN)
