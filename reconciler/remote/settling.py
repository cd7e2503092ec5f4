"""Settling one intent (W4): read, compare with `before`, send, read back.

1. An attribute reads as `before`, as `after`, or as something else. Something else is a conflict: that record is left.
2. What reads as `after` already is not sent again; so what was interrupted half way goes on where it stopped.
3. A creation finds nothing of its name and matching values first. Once it may have been sent, a record of its name that
   reads as planned is ours.
4. After a lost answer nothing is sent before the record was looked for.
5. A refusal fails the intent, in the remote's words; the others go on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from reconciler.errors import LostAnswerError, RefusedError, UnreachableStoreError
from reconciler.model.ledger import Intent
from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Subject
from reconciler.model.run import IntentState
from reconciler.model.snapshot import Scalar
from reconciler.remote.fitting import LEDGER_KINDS
from reconciler.remote.room import Room, Seen

_LEDGERS_OWN: Final = frozenset({"device", "entraId"})
"""Attributes that no remote holds."""
_LOOKS: Final = 4
"""How often a record is looked for after lost answers before the run is left for later."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What an intent came to, for the ledger."""

    state: IntentState
    remote_id: str | None = None
    message: str | None = None


@dataclass
class People:
    """The remote's ids of users, by every reference that a plan may call them."""

    ids: dict[str, str] = field(default_factory=dict)

    def in_remote_words(self, change: Change) -> Change | str:
        """Return a change with users as the remote's ids, without what only the ledger holds; or whom it lacks."""
        attributes = []
        for each in change.attributes:
            if each.name in _LEDGERS_OWN or each.name.startswith(SOFTWARE):
                continue
            if each.name != "user" or change.subject is not Subject.ASSET:
                attributes.append(each)
            elif each.after is not None and each.after not in self.ids:
                return str(each.after)
            else:
                ids = self._id(each.before), self._id(each.after)
                attributes.append(Attribute.of(each.name, *ids, each.reason, each.rule))
        return replace(change, attributes=tuple(attributes))

    def _id(self, reference: Scalar) -> Scalar:
        return None if reference is None else self.ids.get(str(reference), f"unknown user {reference}")


@dataclass(frozen=True, slots=True)
class Compared:
    """A change against a record: the attributes still to be written, and those that are neither before nor after."""

    left: tuple[Attribute, ...]
    other: tuple[Attribute, ...]


def compare(change: Change, values: Mapping[str, Scalar]) -> Compared:
    """Compare a change with what a record holds; what it has no place for is not compared."""
    left: list[Attribute] = []
    other: list[Attribute] = []
    for each in change.attributes:
        if each.name not in values or same(values[each.name], each.after):
            continue
        (left if same(values[each.name], each.before) else other).append(each)
    return Compared(tuple(left), tuple(other))


def _is_ledgers(change: Change) -> bool:
    """Return whether nothing of a change is the remote's business."""
    if change.subject is Subject.CATALOGUE:
        return change.name.partition("/")[0] in LEDGER_KINDS
    return change.action is Action.UPDATE and not change.attributes


def same(one: Scalar, other: Scalar) -> bool:
    """Return whether two values read alike in a remote: no text is no value."""
    return (None if one == "" else one) == (None if other == "" else other)


class Settler:
    """Settles intents of one run, in their order; `mark_sent` writes down that one is about to be sent."""

    def __init__(self, room: Room, people: People, mark_sent: Callable[[Intent], None]) -> None:
        self._room = room
        self._people = people
        self._mark_sent = mark_sent

    def settle(self, intent: Intent) -> Settled:
        """Carry one intent out, or find that it was.

        Raises:
            RemoteError: the remote cannot be asked; the intent stays as it is, for the next apply.
        """
        change = self._people.in_remote_words(intent.change)
        if isinstance(change, str):
            return Settled(IntentState.FAILED, message=f"{self._room.product} has no user {change}")
        if _is_ledgers(change):
            return Settled(IntentState.DONE, intent.remote_id)
        settled = self._looked_and_sent(intent, change)
        if settled.state is IntentState.DONE and change.subject is Subject.USER and settled.remote_id:
            self._people.ids[change.name] = settled.remote_id
        return settled

    def _looked_and_sent(self, intent: Intent, change: Change) -> Settled:
        """Look for what a change is about, then write it (W5). Raises UnreachableStoreError when no answer comes."""
        sent = intent.state is IntentState.SENT
        for _ in range(_LOOKS):
            found = self._room.find(change, intent.remote_id)
            step = _next(change, found, intent.remote_id, sent=sent)
            if isinstance(step, Settled):
                return step
            if not sent:
                self._mark_sent(intent)
                sent = True
            try:
                return self._sent(change, step)
            except LostAnswerError:
                continue
        raise UnreachableStoreError(
            f"{self._room.product} lost the answer to every write of {change.label}. Apply again later: it is looked "
            "for first, and nothing is written twice."
        )

    def _sent(self, change: Change, step: "_Step") -> Settled:
        """Send a change, and compare what the remote says it is now with what it should be."""
        try:
            seen = self._room.send(step.change, step.seen)
        except RefusedError as error:
            return Settled(IntentState.FAILED, step.seen.remote_id if step.seen else None, str(error))
        if change.action is Action.DELETE:
            return Settled(IntentState.DONE, seen.remote_id)
        again = compare(change, seen.values)
        wrong = [*again.left, *again.other]
        if not wrong:
            return Settled(IntentState.DONE, seen.remote_id)
        told = "; ".join(f"{each.name} reads {seen.values[each.name]!r} instead of {each.after!r}" for each in wrong)
        return Settled(
            IntentState.FAILED, seen.remote_id, f"{self._room.product} answered that it was done, and yet {told}"
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """What is to be sent: the change with what is left of it, and the record that it is about."""

    change: Change
    seen: Seen | None


def _next(change: Change, found: tuple[Seen, ...], remote_id: str | None, *, sent: bool) -> Settled | _Step:
    match change.action:
        case Action.CREATE:
            return _creation(change, found, sent=sent)
        case Action.DELETE:
            return _removal(change, found)
        case Action.UPDATE:
            return _update(change, found, remote_id)


def _creation(change: Change, found: tuple[Seen, ...], *, sent: bool) -> Settled | _Step:
    """Return what is left to do of a creation: all of it, what differs, nothing, or a conflict."""
    own = [seen for seen in found if seen.name == change.name or change.subject is Subject.USER]
    if not found:
        return _Step(change, None)
    if not own or (not sent and change.subject is Subject.ASSET):
        return _conflict(f"{' and '.join(_described(change, seen) for seen in found)} since the plan was made")
    compared = compare(change, own[0].values)
    if len(own) > 1 or compared.other:
        differ = "; ".join(f"{each.name} is {own[0].values[each.name]!r}" for each in compared.other)
        return _conflict(f"{change.name} is there already, and is not what was to be made: {differ or 'there are two'}")
    if not compared.left:
        return Settled(IntentState.DONE, own[0].remote_id)
    return _Step(replace(change, action=Action.UPDATE, attributes=compared.left), own[0])


def _described(change: Change, seen: Seen) -> str:
    if seen.name == change.name:
        return f"somebody made {seen.name}"
    return f"somebody made {seen.name} with the same {' or '.join(change.match) or 'name'}"


def _update(change: Change, found: tuple[Seen, ...], remote_id: str | None) -> Settled | _Step:
    if not found:
        return _conflict("it is gone")
    if len(found) > 1:
        return _conflict(f"there are {len(found)} of it")
    compared = compare(change, found[0].values)
    if compared.other:
        return _conflict(_differences(compared.other, found[0]))
    if not compared.left:
        return Settled(IntentState.DONE, remote_id or found[0].remote_id)
    return _Step(replace(change, attributes=compared.left), found[0])


def _removal(change: Change, found: tuple[Seen, ...]) -> Settled | _Step:
    if not found:
        return Settled(IntentState.DONE)
    seen = found[0]
    other = tuple(
        each for each in change.attributes if each.name in seen.values and not same(seen.values[each.name], each.before)
    )
    if other:
        return _conflict(_differences(other, seen))
    return _Step(change, seen)


def _differences(other: tuple[Attribute, ...], seen: Seen) -> str:
    return "somebody changed it since the plan was made: " + "; ".join(
        f"{each.name} is {seen.values[each.name]!r} and was {each.before!r}" for each in other
    )


def _conflict(message: str) -> Settled:
    return Settled(IntentState.CONFLICT, message=message)
