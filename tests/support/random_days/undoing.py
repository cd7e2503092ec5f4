"""What an undo must come to (J2), from the state before the run, after it, now, and after the undo."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from random_days.seeing import People, Values, View, view
from random_days.world import Ran, World
from reconciler.model.plan import Plan, Subject
from reconciler.model.state import State

_TWIN: Final = "has its matching value now"
"""Why an undo of an undo leaves an asset whose matching value another one has, also one that had it then already: the
journal does not keep that, and leaving it is safe."""


@dataclass(frozen=True)
class Views:
    """The four states: before the run, after it, before the undo, after it."""

    before: View
    after: View
    now: View
    done: View


def undo_faults(world: World, number: int, undo: Plan, now: State, done: State, people: People) -> Iterator[str]:
    """Yield what is wrong with an undo of the run with this number."""
    run = world.ran[number]
    views = Views(view(run.before, people), view(run.after, people), view(now, people), view(done, people))
    told = _told(run.plan, undo)
    yield from _assets(world, number, views, told, _pinned(now))
    yield from _bindings(views, told)
    yield from _people(views, told)
    edited = any(when > number for _, when in world.by_hand) or any(run.plan.changes for run in _since(world, number))
    others = sorted({f"{each.label}: {each.reason}" for each in undo.left_alone if each.why != "catalogue"})
    if any(_TWIN in each for each in others):
        return
    if views.now == views.after and not edited and not _pinned(now) and (views.done != views.before or others):
        yield f"nothing happened since the run, and it is not as before; left: {others}"


def _pinned(state: State) -> set[str]:
    return {asset.tag for asset in state.assets if asset.id in state.pins}


def _told(run: Plan, undo: Plan) -> set[str]:
    """Return what the undo tells that it leaves, by every name that it may use."""
    labels = {each.label for each in undo.left_alone}
    names = {(change.subject, change.name) for change in run.changes if {change.label, change.name} & labels}
    return labels | {name for _, name in names} | {each.device_id for each in undo.left_alone}


def touched(world: World, number: int, tag: str) -> bool:
    """Say whether somebody wrote an asset between a run and the last one: a person, or a run that stands."""
    return any(each == tag and when > number for each, when in world.by_hand) or any(
        each.subject is Subject.ASSET and each.name == tag for run in _since(world, number) for each in run.plan.changes
    )


def _since(world: World, number: int) -> list[Ran]:
    """Return the runs between one and the last that stand: not those that were undone, nor those that undid them."""
    between = world.ran[number + 1 : -1]
    return [run for run in between if run.undone_by is None and (run.undoes is None or run.undoes <= number)]


def _assets(world: World, number: int, views: Views, told: set[str], pinned: set[str]) -> Iterator[str]:
    before, after, now, done = (each.assets for each in (views.before, views.after, views.now, views.done))
    for tag in sorted({*before, *after, *now, *done}):
        was, wrote, there, left = before.get(tag), after.get(tag), now.get(tag), done.get(tag)
        if was is None and wrote is not None and there is not None:
            same = there == wrote and views.now.bound(tag) == views.after.bound(tag) and tag not in pinned
            if same and not touched(world, number, tag):
                if left is not None:
                    yield f"{tag} was created and not touched since, and stays"
            elif left != there:
                yield f"{tag} was created and touched since, and changes: {there} -> {left}"
            elif tag not in told:
                yield f"{tag} was created and stays, which nobody is told"
        elif was is not None and wrote is None and there is None:
            if left != was and tag not in told:
                yield f"{tag} was removed and is not back as it was, which nobody is told: {was} -> {left}"
        elif was is not None and wrote is not None and there is not None:
            yield from _values(f"asset {tag}", was, wrote, there, left, tag in told)
        elif left != there:
            yield f"{tag} changes: {there} -> {left}"


def _values(what: str, was: Values, wrote: Values, there: Values, left: Values | None, told: bool) -> Iterator[str]:
    if left is None:
        yield f"{what} is gone"
        return
    for name in sorted({*was, *wrote, *there, *left}):
        a, b, c, d = (each.get(name) for each in (was, wrote, there, left))
        if (a == b or c != b) and d != c:
            yield f"{what}: {name} was {a}, the run wrote {b}, it is {c} and becomes {d}"
        elif a not in (b, d) and (d != c or not told):
            yield f"{what}: {name} was {a}, the run wrote {b}, it is {c} and becomes {d}; told: {told}"


def _bindings(views: Views, told: set[str]) -> Iterator[str]:
    before, after, now, done = (each.bindings for each in (views.before, views.after, views.now, views.done))
    for device in sorted({*before, *after, *now, *done}):
        was, wrote, there, left = (each.get(device) for each in (before, after, now, done))
        mine = {each[0] for each in (was, wrote, there) if each is not None}
        stays = was == wrote or there != wrote
        unsaid = left != there or not (mine | {device[1]}) & told
        if left != there if stays else (left != was and unsaid):
            yield f"binding {device}: was {was}, the run wrote {wrote}, it is {there} and becomes {left}"


def _people(views: Views, told: set[str]) -> Iterator[str]:
    before, after, now, done = (each.people for each in (views.before, views.after, views.now, views.done))
    for who in sorted({*before, *after, *now, *done}):
        was, wrote, there, left = (each.get(who) for each in (before, after, now, done))
        names: set[Any] = {value for each in (was, wrote, there) if each is not None for value in each.values()}
        said = bool(names & told)
        if was is not None and wrote is not None and there is not None:
            yield from _values(who, was, wrote, there, left, said)
        elif was is None and wrote is not None and there == wrote:
            if left is not None and (left != there or not said):
                yield f"{who} was created and stays, which nobody is told"
        elif was is not None and wrote is None and there is None:
            if left != was and not said:
                yield f"{who} was removed and is not back, which nobody is told"
        elif left != there:
            yield f"{who} changes: {there} -> {left}"
