"""What one asset's attributes become: fields, type, user and site, each with its reason (F1-F4, T4, U1-U3, S1)."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.model.plan import Attribute
from reconciler.model.snapshot import UNKNOWN, Scalar
from reconciler.model.state import Asset
from reconciler.planning.devices import Compiled, Listed
from reconciler.planning.rules.columns import MISFIT
from reconciler.planning.rules.mapping import MappingWords
from reconciler.planning.rules.types import TypeDecision
from reconciler.planning.rules.values import misfit
from reconciler.planning.users.assignment import Assignment, Found, assign
from reconciler.planning.users.directory import Directory
from reconciler.planning.world import World
from reconciler.settings.field_mappings import Empty, Write
from reconciler.settings.fields import AssetField
from reconciler.settings.imports import ImportsFile, SiteAllocation
from reconciler.settings.users import AssignFrom

_SHOWN: Final = 60
_MATCHED: Final = {
    AssignFrom.INTUNE: "the user that Intune names",
    AssignFrom.ENTRA: "the registered owner in Entra",
}


@dataclass(slots=True)
class Draft:
    """What becomes of one asset, as far as it is decided."""

    asset: Asset | None
    pins: Dictionary[str, str] = field(default_factory=dict)
    attributes: list[Attribute] = field(default_factory=list)
    unknown: list[tuple[str, str, str]] = field(default_factory=list)
    """What could not be decided: the attribute, why, and the rule."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """What a person must look at: the message and the rule."""
    pinned: list[tuple[str, str]] = field(default_factory=list)

    @property
    def creating(self) -> bool:
        """Whether the asset is new."""
        return self.asset is None

    def put(self, name: str, before: Scalar, after: Scalar, reason: str, rule: str) -> None:
        """Note a change of one attribute, unless there is none or it is pinned (F3)."""
        if before == after:
            return
        if name in self.pins:
            self.pinned.append((name, self.pins[name]))
        else:
            self.attributes.append(Attribute(name, before, after, reason, rule))


def draft_type(draft: Draft, decision: TypeDecision, update_types: bool) -> None:
    """Decide the asset's type (T1-T4)."""
    if not draft.creating and not update_types:
        return
    if decision.unknown:
        draft.unknown.append(("type", decision.reason, decision.rule))
    elif decision.name is None:
        draft.problems.append((f"its type cannot be decided: {decision.reason}", decision.rule))
    else:
        before = draft.asset.type if draft.asset else None
        draft.put("type", before, decision.name, decision.reason, decision.rule)


def draft_fields(draft: Draft, compiled: Compiled, device: Listed, positions: Dictionary[str, int]) -> None:
    """Decide each mapped field (F1-F4)."""
    fields, asset = compiled.fields, draft.asset
    before: Scalar = None
    for place, (mapping, target, after) in enumerate(zip(fields.mappings, fields.fields, device.fitted, strict=True)):
        if asset is not None:
            position = positions.get(target.name)
            before = None if position is None else asset.values[position]
        if before is not None if mapping.write is Write.WHEN_EMPTY else mapping.write is Write.ON_CREATE and asset:
            continue
        told = fields.told[place]
        if after is UNKNOWN:
            draft.unknown.append((target.name, f"{told.origin} is unknown", "F1"))
        elif after is MISFIT:
            draft.problems.append((_misfit(target, told, device.values[place]), "F4"))
        elif after is not None:
            draft.put(target.name, before, after, told.written, "F1")
        elif mapping.empty is not Empty.KEEP:
            draft.put(target.name, before, None, told.cleared, "F1")


def _misfit(target: AssetField, told: MappingWords, value: Any) -> str:
    text = str(value)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"{target.name}: “{shown}” from {told.origin} does not fit: {misfit(target, value)}"


def draft_user(draft: Draft, compiled: Compiled, device: Listed, world: World) -> int | None:
    """Decide whose the asset is (U1-U3) and return the user's id as the plan leaves it.

    The `user` attribute is noted with user ids; `world` gives them their names when all users are known.
    """
    settings = compiled.connection.users
    before = draft.asset.user if draft.asset else None
    not_imported = world.not_imported.get(compiled.connection.name)
    found = assign(settings, world.directory, device.identifier, not_imported)
    match found.found:
        case Found.MATCHED:
            return _put_user(draft, before, found.person, _MATCHED[settings.assign_from], "U3")
        case Found.UNKNOWN:
            draft.unknown.append(("user", found.reason, "U3"))
        case Found.AMBIGUOUS:
            message = (
                f"{found.count} store users have the {settings.user_identifier.store} {found.value}; make it unique"
            )
            draft.problems.append((message, "U2"))
        case Found.SEVERAL:
            draft.problems.append((found.reason, "U1"))
        case Found.NOBODY | Found.NOT_IN_STORE if settings.unlink_when_no_match and before is not None:
            return _put_user(draft, before, None, _unlink_reason(settings.assign_from, found), "U3")
        case _:
            pass
    return before


def _unlink_reason(source: AssignFrom, found: Assignment) -> str:
    if source is AssignFrom.ENTRA:
        if found.found is Found.NOBODY:
            return "Entra has no registered owner of the device"
        return f"the registered owner is {found.value}, who is not in the store"
    if found.found is Found.NOBODY:
        return "Intune names no user for the device"
    return f"Intune names {found.value}, who is not in the store"


def _put_user(draft: Draft, before: int | None, after: int | None, reason: str, rule: str) -> int | None:
    draft.put("user", before, after, reason, rule)
    return before if "user" in draft.pins else after


def draft_site(draft: Draft, compiled: Compiled, user: int | None, world: World) -> None:
    """Decide the asset's site from its user as the plan leaves it (S1)."""
    imports = compiled.connection.imports
    if imports.site_allocation is SiteAllocation.KEEP and not draft.creating:
        return
    unknown = any(name == "user" for name, _, _ in draft.unknown)
    if unknown and imports.site_allocation is not SiteAllocation.DEFAULT_SITE:
        if draft.creating:
            draft.unknown.append(("site", "the device's user is unknown", "S1"))
        return
    after, reason = site_of(imports, user, world.directory)
    if after is not None:
        draft.put("site", draft.asset.site if draft.asset else None, after, reason, "S1")


def site_of(imports: ImportsFile, user: int | None, directory: Directory) -> tuple[str | None, str]:
    """Return the site of an asset that has this user, and why; None when there is no such site (S1)."""
    sites = directory.sites()
    site = sites.get(user) if user is not None else None
    if imports.site_allocation is SiteAllocation.DEFAULT_SITE:
        reason = "every asset is at the default site"
    elif user is None or user not in sites:
        reason = "it has no user: the default site"
    else:
        reason = "its user has no site: the default site" if site is None else "the site of its user"
    return site_with(imports, site), reason


def site_with(imports: ImportsFile, site: str | None) -> str | None:
    """Return the site of an asset whose user is at this one; None stands for no user, too."""
    by_user = imports.site_allocation is not SiteAllocation.DEFAULT_SITE
    return site if by_user and site is not None else imports.default_site
