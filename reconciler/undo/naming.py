"""An undo's drafts as the changes of a plan: users by their names, each change with what it counts as (R1)."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from reconciler.model.plan import Action, Change, Kind, Subject
from reconciler.planning.change_building import kinds
from reconciler.planning.naming import UserNames
from reconciler.undo.decisions import Draft


def named(drafts: Iterable[Draft], names: UserNames, connections: Mapping[str, str]) -> Iterator[Change]:
    """Yield the changes in a plan's order, with users by their names, and connections by those of the settings."""
    for draft in sorted(drafts, key=_order):
        change = draft.change
        yield replace(
            change,
            name=change.name if draft.user is None else {**names.after, **names.before}[draft.user],
            action=draft.action,
            attributes=tuple(map(names.attribute, draft.attributes)),
            kinds=_kinds(draft),
            connection=connections.get(change.connection or "", change.connection),
            match=dict(draft.match),
        )


def _order(draft: Draft) -> tuple[int, str, str]:
    if draft.change.subject is Subject.ASSET:
        return 1, draft.change.label, draft.change.name
    return 0, draft.change.label, str(draft.user)


def _kinds(draft: Draft) -> tuple[Kind, ...]:
    """Return what a change counts as; a user's counts only where it is deactivated."""
    if draft.change.subject is Subject.USER:
        deactivated = any(each.name == "active" and each.after is False for each in draft.attributes)
        return (Kind.USERS_DEACTIVATED,) if deactivated and draft.action is Action.UPDATE else ()
    match draft.action:
        case Action.CREATE:
            return (Kind.CREATED,)
        case Action.DELETE:
            return (Kind.REMOVED,)
        case Action.UPDATE:
            return kinds(draft.attributes, None)
