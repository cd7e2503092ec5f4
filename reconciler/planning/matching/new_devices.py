"""Devices that have no asset: one is created when everything that decides is known, else they are left (M7)."""

from reconciler.model.plan import Action, Change, Kind, Subject
from reconciler.model.snapshot import Scalar
from reconciler.planning.attributes.asset_changes import Draft
from reconciler.planning.change_building import binding_change, draft_asset, put_status
from reconciler.planning.devices import Listed
from reconciler.planning.matching.asset_index import Form, may_be_one, worthy_form
from reconciler.planning.matching.matches import Match, MatchResult
from reconciler.planning.matching.presence import Transition, created_life
from reconciler.planning.planner import Planner
from reconciler.planning.world import NewAsset

_OF_TYPES = frozenset({"T1", "T2", "T3"})


class Creations:
    """One connection's creations, beside those of the connections before it."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._names = planner.index.fields
        self._forms: list[tuple[str, tuple[Form, ...]]] = []
        self._by_form: dict[tuple[int, str], list[int]] = {}
        for new in planner.world.created:
            self._note(new.change.connection or "", self.forms(new.values))

    def forms(self, values: dict[str, Scalar]) -> tuple[Form, ...]:
        """Return the matching forms of an asset with these values, as this connection compares them."""
        worthless = self._planner.compiled.worthless
        return tuple(worthy_form(values.get(name), worthless) for name in self._names)

    def rival(self, forms: tuple[Form, ...]) -> str | None:
        """Return the connection that creates an asset which these forms would match, None when there is none."""
        for place, form in enumerate(forms):
            for number in self._by_form.get((place, str(form)), ()) if form is not None else ():
                owner, theirs = self._forms[number]
                if may_be_one(theirs, forms):
                    return owner
        return None

    def add(self, new: NewAsset) -> None:
        """Create an asset."""
        self._planner.world.created.append(new)
        self._note(self._planner.name, self.forms(new.values))

    def _note(self, owner: str, forms: tuple[Form, ...]) -> None:
        for place, form in enumerate(forms):
            if form is not None:
                self._by_form.setdefault((place, str(form)), []).append(len(self._forms))
        self._forms.append((owner, forms))


def plan_new(planner: Planner, creations: Creations, device: Listed, decision: Match) -> None:
    """Plan a device that has no asset."""
    if not planner.connection.imports.create_assets:
        planner.counts[MatchResult.NEW] -= 1
        reason = f"{decision.reason}, and createAssets is false"
        planner.leave(device.device_id, device.label, "not-created", reason, "M7")
        return
    draft = Draft(None)
    done = created_life(device.device_id, device.stale, planner.read, planner.connection.imports)
    draft_asset(planner, device, draft)
    put_status(draft, done, None)
    untyped = [problem for problem in draft.problems if problem[1] in _OF_TYPES]
    rival = creations.rival(device.forms)
    if draft.unknown or untyped or rival:
        _not_created(planner, device, draft, untyped, rival)
        return
    for message, rule in draft.problems:
        planner.problem(device.device_id, device.label, message, rule)
    creations.add(_new_asset(planner, device, draft, done, decision))


def _not_created(
    planner: Planner, device: Listed, draft: Draft, untyped: list[tuple[str, str]], rival: str | None
) -> None:
    planner.counts[MatchResult.NEW] -= 1
    if untyped:
        planner.counts[MatchResult.PROBLEM] += 1
        for message, rule in untyped:
            planner.problem(device.device_id, device.label, f"{message}; it is not created", rule)
    elif rival:
        planner.counts[MatchResult.PROBLEM] += 1
        message = f"a device of connection {rival} with the same matching value is created by this plan; remove one"
        planner.problem(device.device_id, device.label, message, "M4")
    else:
        planner.counts[MatchResult.WITHHELD] += 1
        reason = "; ".join(f"{name}: {why}" for name, why, _ in draft.unknown)
        planner.withhold(device.device_id, device.label, "its creation", reason, draft.unknown[0][2])


def _new_asset(planner: Planner, device: Listed, draft: Draft, done: Transition, decision: Match) -> NewAsset:
    change = Change(
        subject=Subject.ASSET,
        action=Action.CREATE,
        name="",
        label=device.label,
        attributes=tuple(draft.attributes),
        kinds=(Kind.CREATED,),
        connection=planner.name,
        device_id=device.device_id,
        match=_match(planner, device.forms),
    )
    fields = planner.world.matching_fields
    values = {each.name: each.after for each in draft.attributes if each.name in fields}
    return NewAsset(change, binding_change(planner, "", None, done.life, decision.reason, decision.rule), values)


def _match(planner: Planner, forms: tuple[Form, ...]) -> dict[str, str]:
    """Return what must still match no asset when the plan is applied: not what one has that is another machine (M2)."""
    return {
        planner.index.fields[place]: form
        for place, form in enumerate(forms)
        if isinstance(form, str) and not planner.index.is_stored(place, form)
    }
