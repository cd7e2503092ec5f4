"""Devices that have no asset: one is created when everything that decides is known, else they are left (M7)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.model.plan import Action, Kind
from reconciler.model.snapshot import Scalar
from reconciler.planning.attributes.comparison import Undecided
from reconciler.planning.attributes.drafts import Draft
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.decisions import AssetChange, Decision, Met, NewAsset
from reconciler.planning.inputs.connection import ConnectionInputs
from reconciler.planning.matching.asset_index import AssetIndex, Form, may_be_one, worthy_form
from reconciler.planning.matching.matches import Match, Matches, MatchResult
from reconciler.planning.matching.presence import Transition, created_life

_OF_TYPES: Final = frozenset({"T1", "T2", "T3"})


class Creations:
    """The assets that are created so far, by their matching forms as one connection compares them."""

    def __init__(self, index: AssetIndex, created: Iterable[NewAsset]) -> None:
        self._names, self._worthless = index.fields, index.worthless
        self._forms: list[tuple[str, tuple[Form, ...]]] = []
        self._by_form: dict[tuple[int, str], list[int]] = {}
        for new in created:
            self.add(new)

    def rival(self, forms: tuple[Form, ...]) -> str | None:
        """Return the connection that creates an asset which these forms would match, None when there is none."""
        for place, form in enumerate(forms):
            for number in self._by_form.get((place, str(form)), ()) if form is not None else ():
                owner, theirs = self._forms[number]
                if may_be_one(theirs, forms):
                    return owner
        return None

    def add(self, new: NewAsset) -> None:
        """Note an asset."""
        values = matching_values(new.change, self._names)
        forms = tuple(worthy_form(values.get(name), self._worthless, name) for name in self._names)
        for place, form in enumerate(forms):
            if form is not None:
                self._by_form.setdefault((place, str(form)), []).append(len(self._forms))
        self._forms.append((new.change.connection, forms))


def matching_values(change: AssetChange, names: Sequence[str]) -> dict[str, Scalar]:
    """Return what a change writes to these fields."""
    return {each.name: each.after for each in change.attributes if each.name in names}


def decide_new(
    inputs: ConnectionInputs, index: AssetIndex, matches: Matches, created: Iterable[NewAsset]
) -> Iterator[Decision]:
    """Yield what becomes of the devices that match no asset; `created` are the assets that the plan creates so far."""
    listing, imports = inputs.listing, inputs.connection.imports
    new = {listing.index[device_id]: match for device_id, match in matches.items() if match.result is MatchResult.NEW}
    if not imports.create_assets:
        for place, match in new.items():
            reason = f"{match.reason}, and createAssets is false"
            yield inputs.left(listing.devices.ids[place], listing.label(place), "not-created", reason, "M7")
        return
    places = sorted(new)
    rows = Rows(listing.take(places), inputs.stored, None)
    ids, creations = rows.devices.ids, Creations(index, created)
    transitions = {
        row: created_life(device_id, rows.devices.stale[row], inputs.read, imports) for row, device_id in enumerate(ids)
    }
    drafts = inputs.drafting.drafts(rows, transitions)
    for row in sorted(range(len(ids)), key=ids.__getitem__):
        draft, label = drafts.pop(row, Draft()), listing.label(places[row])
        forms = rows.devices.forms_of(row)
        refusal = tuple(_refusal(inputs, ids[row], label, draft, creations.rival(forms)))
        yield from refusal
        if refusal:
            continue
        for message, rule in draft.problems:
            yield inputs.problem(ids[row], label, message, rule)
        yield from draft.undecided
        asset = _new_asset(inputs, index, (ids[row], label, forms), draft, transitions[row], new[places[row]])
        creations.add(asset)
        yield asset
        yield Met(MatchResult.NEW)


def _refusal(
    inputs: ConnectionInputs, device_id: str, label: str, draft: Draft, rival: str | None
) -> Iterator[Decision]:
    """Yield why a device's asset is not created; nothing when it is."""
    untyped = [problem for problem in draft.problems if problem.rule in _OF_TYPES]
    if untyped:
        yield Met(MatchResult.PROBLEM)
        for message, rule in untyped:
            yield inputs.problem(device_id, label, f"{message}; it is not created", rule)
    elif rival:
        yield Met(MatchResult.PROBLEM)
        message = f"a device of connection {rival} with the same matching value is created by this plan; remove one"
        yield inputs.problem(device_id, label, message, "M4")
    elif deciding := _deciding(inputs, draft):
        yield Met(MatchResult.WITHHELD)
        reason = "; ".join(f"{each.name}: {each.reason}" for each in deciding)
        yield inputs.withheld(device_id, label, "its creation", reason, deciding[0].rule)


def _deciding(inputs: ConnectionInputs, draft: Draft) -> list[Undecided]:
    """Return what must be known before an asset is created: all but mapped fields (G11)."""
    optional = {each.to for each in inputs.compiled.fields.mappings}
    return [each for each in draft.undecided if each.name not in optional]


def _new_asset(
    inputs: ConnectionInputs,
    index: AssetIndex,
    device: tuple[str, str, tuple[Form, ...]],
    draft: Draft,
    transition: Transition,
    match: Match,
) -> NewAsset:
    """Return the asset that a device gets, and its binding; its tag comes when the plan is named."""
    device_id, label, forms = device
    change = AssetChange(
        action=Action.CREATE,
        tag="",
        label=label,
        attributes=tuple(draft.attributes),
        kinds=(Kind.CREATED,),
        connection=inputs.name,
        device_id=device_id,
        match=_no_match(index, forms),
    )
    return NewAsset(change, inputs.binding("", None, transition.life, match.reason, match.rule))


def _no_match(index: AssetIndex, forms: Sequence[Form]) -> dict[str, str]:
    """Return what must still match no asset when the plan is applied: not what one has that is another machine (M2)."""
    return {
        index.fields[place]: form
        for place, form in enumerate(forms)
        if isinstance(form, str) and not index.is_stored(place, form)
    }
