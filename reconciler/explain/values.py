"""What a device's values become: its type rule by rule, each mapping step by step, its user and its site."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from reconciler.explain.criteria import criterion_lines
from reconciler.explain.story import Fact, Mark, because, said
from reconciler.model.plan import Plan
from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset
from reconciler.planning.attributes.comparison import UserLink
from reconciler.planning.attributes.drafts import Draft
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.attributes.site import site_of
from reconciler.planning.attributes.user import Assignment, Found
from reconciler.planning.connections import Decided
from reconciler.planning.rules.columns import of_one
from reconciler.planning.rules.criteria import compile_criterion
from reconciler.planning.rules.mapping import compile_mappings
from reconciler.planning.users.entra import Unclear
from reconciler.settings.imports import SiteAllocation
from reconciler.settings.mappings.asset_types import Determine
from reconciler.settings.mappings.field_mappings import Mapping, Write


@dataclass(frozen=True, slots=True)
class Row:
    """One listed device with its asset, None for one that it would get: the rows that planning decides, of one row.

    `draft` is what the settings make of the asset, whether or not the plan writes it.
    """

    decided: Decided
    asset: Asset | None
    rows: Rows
    draft: Draft

    @property
    def values(self) -> tuple[object, ...]:
        """The device's mapped values, in the order of the mappings."""
        return self.rows.devices.values(0)

    def stored(self, name: str) -> Scalar:
        """Return what the asset has of an attribute."""
        value: Scalar = self.rows.column(name)[0]
        return value


def row_of(decided: Decided, device_id: str, asset: Asset | None) -> Row:
    """Return a listed device with its asset, and what the settings make of it."""
    inputs = decided.inputs
    devices = inputs.listing.take([inputs.listing.index[device_id]])
    rows = Rows(devices, inputs.stored, None if asset is None else [inputs.stored.assets.places[asset.id]])
    return Row(decided, asset, rows, inputs.drafting.drafts(rows, {}).get(0, Draft()))


def type_facts(row: Row) -> Iterator[Fact]:
    """Yield each rule, what it asked and whether it decided; then the type (T1-T4)."""
    settings, places = row.decided.inputs.connection.asset_types, row.decided.inputs.compiled.fields.places
    properties, values = row.rows.devices.row(0), row.values
    decided = False
    for rule in settings.rules if settings.determine is Determine.RULES else ():
        if decided:
            yield Fact(rule.name, "not tried", "an earlier rule decided", Mark.LOST)
            continue
        [answer] = compile_criterion(rule.when, places)(of_one(properties, values))
        words = {True: f"matched: {rule.type}", False: "did not match", None: "reads a value that is unknown"}[answer]
        lines = tuple(criterion_lines(rule.when, places, properties, values))
        yield Fact(rule.name, words, mark=Mark.LOST if answer is False else Mark.DECIDED, details=lines)
        decided = answer is not False
    decision = row.rows.devices.types[0]
    mark = Mark.PROBLEM if decision.name is None else Mark.DECIDED
    yield Fact("decided", decision.name or "no type", because(decision.reason, decision.rule), mark)
    if row.asset is not None and not settings.update_types:
        yield Fact("kept", row.asset.type or "empty", "updateTypes is false: an existing asset keeps its type (T4)")


def field_facts(row: Row, written: Container[str]) -> Iterator[Fact]:
    """Yield each mapping: what came in, what each transform made of it, and what becomes of it (F1-F4).

    `written` are the attributes that the plan writes: it may leave a whole device alone.
    """
    for mapping, value in zip(row.decided.inputs.compiled.fields.mappings, row.values, strict=True):
        words, why, mark = _outcome(row, mapping, value, written)
        yield Fact(mapping.to, words, why, mark, tuple(_steps(row, mapping)))


def _steps(row: Row, mapping: Mapping) -> Iterator[str]:
    if mapping.value is not None:
        yield f"the constant {said(mapping.value)}"
    sources = mapping.sources()
    for source in sources:
        alone = mapping.model_copy(update={"from_": source, "transform": []})
        yield f"{source} is {said(_mapped(row, alone))}"
    for count, transform in enumerate(mapping.transform, 1):
        so_far = mapping.model_copy(update={"transform": mapping.transform[:count]})
        name = transform if isinstance(transform, str) else next(iter(transform.model_dump(by_alias=True)))
        yield f"{name} makes it {said(_mapped(row, so_far))}"


def _mapped(row: Row, mapping: Mapping) -> object:
    """Return what a mapping makes of the device, by the code that a plan runs for every device."""
    fields, snapshot = row.decided.inputs.compiled.fields, row.decided.inputs.snapshot
    targets = {field.name: field for field in fields.fields}
    alone = compile_mappings([mapping], targets, snapshot.device_properties, snapshot.user_properties)
    device, known = row.rows.devices, fields.places.properties
    properties = {at: device.read(known[name]) for name, at in alone.places.properties.items()}
    [[value]] = alone.columns(properties, device.users)
    return value


def _outcome(row: Row, mapping: Mapping, value: object, written: Container[str]) -> tuple[str, str, Mark]:
    """Return what becomes of one mapped field: its words, why, and how it is marked."""
    name, draft = mapping.to, row.draft
    stored = row.stored(name)
    for change in draft.attributes:
        if change.name == name and name not in written:
            return f"stays {said(stored)}", f"the plan does not write {said(change.after)}: see below", Mark.LOST
        if change.name == name:
            words = f"{said(change.before)} → {said(change.after)}"
            return words, because(change.reason, change.rule), Mark.DECIDED
    for pinned, reason in draft.pinned:
        if pinned == name:
            return f"stays {said(stored)}", f"it is pinned: {reason} (F3)", Mark.LOST
    for unknown in draft.undecided:
        if unknown.name == name:
            return "withheld", because(unknown.reason, unknown.rule), Mark.PROBLEM
    for message, rule in draft.problems:
        if message.startswith(f"{name}: "):
            return f"stays {said(stored)}", because(message.removeprefix(f"{name}: "), rule), Mark.PROBLEM
    return f"stays {said(stored)}", _why_not(mapping, row, stored, value), Mark.PLAIN


def _why_not(mapping: Mapping, row: Row, stored: object, value: object) -> str:
    if mapping.write is Write.ON_CREATE and row.asset is not None:
        return "written on creation only"
    if mapping.write is Write.WHEN_EMPTY and stored is not None:
        return "written only while it is empty"
    if (value is None or value == "") and stored is not None:
        return "the source is empty, and the mapping keeps"
    return "unchanged"


def user_facts(row: Row) -> Iterator[Fact]:
    """Yield whom the source names, which store user that is, and the site that follows (U1-U3, S1)."""
    assigning, imports = row.decided.inputs.drafting.assigning, row.decided.inputs.connection.imports
    users = assigning.settings
    [value] = row.rows.devices.identifiers()
    [entra_id] = row.rows.devices.entra_ids()
    found = assigning.assign(value, entra_id)
    shown = "unclear" if isinstance(value, Unclear) else said(value)
    yield Fact("source", f"{users.identifier_source()} is {shown}", f"assignFrom is {users.assign_from} (U1)")
    words, why, mark = _user_words(row, found)
    yield Fact("user", words, why, mark)
    if imports.site_allocation is SiteAllocation.KEEP and row.asset is not None:
        yield Fact(
            "site", f"stays {said(row.asset.site)}", "siteAllocation is keep: the site is set on creation only (S1)"
        )
        return
    owner = row.asset.user if row.asset else None
    owner = next((each.after for each in row.draft.attributes if isinstance(each, UserLink)), owner)
    site, reason = site_of(imports, owner, assigning.directory)
    yield Fact("site", site or "stays as it is", because(reason, "S1"), Mark.DECIDED if site else Mark.PLAIN)


def _user_words(row: Row, found: Assignment) -> tuple[str, str, Mark]:
    """Return whom a device belongs to, in words, why, and how that is marked."""
    assigning = row.decided.inputs.drafting.assigning
    users = assigning.settings
    unlinks = "unlinkWhenNoMatch is " + ("true: it is unlinked" if users.unlink_when_no_match else "false: kept")
    match found.found:
        case Found.UNTOUCHED:
            return "left alone", "assignFrom is none (U1)", Mark.PLAIN
        case Found.MATCHED:
            called = assigning.directory.called([found.user or 0])
            return called[found.user or 0], f"its {users.user_identifier.store} is {found.value} (U3)", Mark.DECIDED
        case Found.NOBODY:
            return "nobody", f"the source names no user; {unlinks} (U3)", Mark.PLAIN
        case Found.NOT_IN_STORE:
            return "not in the store", f"no store user has {found.value}; {unlinks} (U3)", Mark.LOST
        case Found.AMBIGUOUS:
            return "several store users", because(found.reason, "U2"), Mark.PROBLEM
        case Found.ANOTHER:
            return "another Entra user", because(found.reason, "U5"), Mark.PROBLEM
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
