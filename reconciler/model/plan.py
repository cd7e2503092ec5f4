"""A plan: the ordered changes that turn the current state into the desired one; data, never code.

Things are named by what people know, never by database ids (P1): an asset by its tag (a new one gets its tag in the
plan, and is named by its connection and device too), a user by the reference of `planning.users.references`, a site as
`Organisation/Site`.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import UNSET, Struct, UnsetType, field

from reconciler.model.snapshot import Part, Scalar
from reconciler.model.state import Life

PLAN_FORMAT: Final = 2

SOFTWARE: Final = "software: "
"""How the name of an attribute begins that is about one software of an asset; the software's name follows."""


class Kind(StrEnum):
    """A kind of change that a limit counts; the names are those of `limits:` in instance.yaml (R1)."""

    CREATED = "created"
    UPDATED = "updated"
    RETYPED = "retyped"
    MOVED = "moved"
    REBOUND = "rebound"
    UNLINKED = "unlinked"
    DELETED_IN_INTUNE = "deletedInIntune"
    INACTIVE = "inactive"
    USERS_DEACTIVATED = "usersDeactivated"
    USERS_CREATED = "usersCreated"
    NEW_TYPES = "newTypes"
    REMOVED = "removed"
    """An asset that goes because the run that created it is undone; held to the limit of what is created (J2)."""


class Action(StrEnum):
    """What happens to the subject of a change."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    """Only what an undo does: what a run created goes. Its attributes are everything that it has (J2)."""


class Subject(StrEnum):
    """What a change is about; the order is the order of a plan."""

    CATALOGUE = "catalogue"
    USER = "user"
    ASSET = "asset"


class Reason:
    """Why an attribute changes, or a binding (then `attribute` is None): `words` for people, `rule` decided.

    Thousands of changes share a few dozen of these, so a plan has each once. It is a class of its own kind, neither
    Struct nor dataclass, since msgspec leaves to its caller how it is written only what it does not know.
    """

    __slots__ = ("attribute", "rule", "words")

    def __init__(self, attribute: str | None, words: str, rule: str) -> None:
        """Keep what a reason is of, its words and its rule."""
        self.attribute = attribute
        self.words = words
        self.rule = rule

    def _key(self) -> tuple[str | None, str, str]:
        return self.attribute, self.words, self.rule

    def __eq__(self, other: object) -> bool:
        """Return whether the other is a reason with the same words."""
        return self._key() == other._key() if isinstance(other, Reason) else NotImplemented

    def __hash__(self) -> int:
        """Return the same for equal reasons."""
        return hash(self._key())

    def __repr__(self) -> str:
        """Return how it is made."""
        return f"Reason{self._key()!r}"


_shared = lru_cache(maxsize=4096)(Reason)
"""Equal reasons as one object, as long as it is among the last that were asked for."""


class Attribute(Struct, frozen=True, gc=False, array_like=True):
    """One attribute of a change: why it changes, what it is, what it will be; in JSON a list of these three."""

    why: Reason
    before: Scalar
    after: Scalar

    @classmethod
    def of(cls, name: str, before: Scalar, after: Scalar, reason: str, rule: str) -> "Attribute":
        """Return an attribute that changes for a reason in words, by the rule of this name."""
        return cls(_shared(name, reason, rule), before, after)

    @property
    def name(self) -> str:
        """Which attribute changes."""
        return self.why.attribute or ""

    @property
    def reason(self) -> str:
        """Why it changes, in words for people."""
        return self.why.words

    @property
    def rule(self) -> str:
        """The name of the rule that decided."""
        return self.why.rule


class Change(Struct, frozen=True, gc=False, rename="camel", kw_only=True, omit_defaults=True):
    """What happens to one asset, user or catalogue entry, attribute by attribute.

    `name` identifies the subject: an asset's tag, a user's reference (for a new one: what it will be), a catalogue
    entry as `kind/name` (`site/Contoso/Leeds`). `label` is what people call it. An asset's attributes are `type`,
    `site`, `status`, `user`, the field names of `settings.fields`, `device` when its binding moves, and one
    `software: NAME` for each software that differs: its versions there, one to a line, None when it is not there. A
    user's are `name`, `upn`, `mail`, `employeeId`, `site`, `active`, `entraId`. A catalogue entry's: what its settings
    say; of `software/NAME`, which is no setting, `publisher` and `licence`.
    `match` holds a created asset's normalised matching values: at apply no asset may have one of them. `entra_id` is
    the Entra user that a store user is after the plan, so that the journal knows it whatever it is called (J2).
    """

    subject: Subject
    action: Action
    name: str
    label: str
    attributes: tuple[Attribute, ...]
    kinds: tuple[Kind, ...] = ()
    connection: str | None = None
    device_id: str | None = None
    entra_id: str | None = None
    match: dict[str, str] = {}


class BindingChange(Struct, frozen=True, gc=False, rename="camel", kw_only=True, omit_defaults=True):
    """A binding made or changed: bookkeeping, not a change (V4). `before` is None for a new one.

    When `before` and `after` name different devices, the binding moves. When it is `removed`, which only an undo does,
    `before` and `after` are what it was.
    """

    connection: str
    source: str
    tenant_id: str
    asset: str
    before: Life | None
    after: Life
    why: Reason = field(name="reason")
    removed: bool = False

    @property
    def reason(self) -> str:
        """Why the binding is as it is, in words for people."""
        return self.why.words

    @property
    def rule(self) -> str:
        """The name of the rule that decided."""
        return self.why.rule


class Withheld(Struct, frozen=True, rename="camel", kw_only=True):
    """A change that would be made if something unknown were known; shown, never applied."""

    connection: str
    label: str
    what: str
    reason: str
    rule: str
    name: str | None = None
    device_id: str | None = None


class Problem(Struct, frozen=True, rename="camel", kw_only=True):
    """Something a person must look at."""

    connection: str
    label: str
    message: str
    rule: str
    device_id: str | None = None


class LeftAlone(Struct, frozen=True, rename="camel", kw_only=True):
    """Something on purpose not done: `why` is excluded, superseded, not-created, or pinned (a field, F3).

    Of an undo it is changed-since, catalogue or pinned (J2).
    """

    connection: str
    device_id: str
    label: str
    why: str
    reason: str
    rule: str


class LimitUse(Struct, frozen=True, rename="camel", kw_only=True):
    """One kind's count in one connection against its limit (R1-R4).

    `exempt` says why the limit does not hold for this plan; None when it does. `window` is in which time `used` counts,
    where the settings name another one than the default.
    """

    connection: str
    kind: Kind
    planned: int
    used: int
    allowed: int
    bound: int
    over: bool
    exempt: str | None = None
    window: str | UnsetType = UNSET


class ReadAdvance(Struct, frozen=True, rename="camel", kw_only=True):
    """A connection's read that counts once this plan is applied (D3); `whole` when its list was followed to the end."""

    source: str
    tenant_id: str
    read_at: str
    whole: bool


class MatchReport(Struct, frozen=True, rename="camel", kw_only=True):
    """How a connection's devices met the store's assets (R3): the list's, and those it lacked, found by id (G3)."""

    listed: int = 0
    found_by_id: int = 0
    bound: int = 0
    matched: int = 0
    created: int = 0
    ambiguous: int = 0
    not_created: int = 0
    excluded: int = 0
    superseded: int = 0
    withheld: int = 0

    def devices(self) -> int:
        """Return how many devices Intune has: those of the list, and those that it lacked."""
        return self.listed + self.found_by_id


class ConnectionSummary(Struct, frozen=True, rename="camel", kw_only=True):
    """What a plan says of a connection; `skipped` is why it did nothing (E2) or withheld itself (G4)."""

    name: str
    tenant_id: str
    enabled: bool
    skipped: str | None = None
    read_at: str | None = None
    first_import: bool = False
    unproven: int = 0
    """Bound devices that are not listed and were not fetched because they are more than the limit allows (G3)."""
    report: MatchReport = MatchReport()
    unknown: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()


class SettingChange(Struct, frozen=True, rename="camel"):
    """A setting that differs from the ones last applied to the store (E4)."""

    path: str
    before: str
    after: str


class Effort(Struct, frozen=True, rename="camel", kw_only=True):
    """What applying a plan takes of a store behind an API (W7): requests, and minutes at its pace."""

    reading: int
    writing: int
    minutes: int


def binding_reason(words: str, rule: str) -> Reason:
    """Return why a binding is made or changed."""
    return _shared(None, words, rule)


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many changes there are of each kind, creations and updates of every subject included."""
    found: dict[str, int] = {}
    for change in changes:
        for kind in change.kinds or (f"{change.subject}-{change.action}",):
            found[kind] = found.get(kind, 0) + 1
    return dict(sorted(found.items()))


class Plan(Struct, frozen=True, rename="camel", kw_only=True):
    """A plan and everything its reader has to know about where it came from (P2).

    `made_at` is the recording's time. `pending` compares with the settings last applied, whose commit and time
    `pending_since` gives. `digest` is the SHA-256 (hex) over the canonical JSON of the plan with an empty digest.
    """

    format_version: int = PLAN_FORMAT
    tool_version: str
    instance: str
    settings_digest: str
    settings_commit: str | None
    store_id: str | None
    store_revision: str
    made_at: str
    connections: tuple[ConnectionSummary, ...] = ()
    pending_since: str | None = None
    pending: tuple[SettingChange, ...] = ()
    limits: tuple[LimitUse, ...] = ()
    changes: tuple[Change, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    bindings: tuple[BindingChange, ...] = ()
    reads: tuple[ReadAdvance, ...] = ()
    highest_tag: int = 0
    picked: bool = False
    """Narrowed by `--connection` or `--only`: it moves no counter, clock or synced settings."""
    undoes: str | None = None
    """The id of the run that this plan undoes (J2)."""
    effort: Effort | UnsetType = UNSET
    """Only of a store behind an API."""
    digest: str = ""

    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each kind, creations and updates of every subject included."""
        return counts(self.changes)

    def over_limit(self) -> tuple[LimitUse, ...]:
        """Return the limits that the plan is over."""
        return tuple(use for use in self.limits if use.over)

    def incomplete(self) -> bool:
        """Return whether part of what was needed is unknown (exit 5)."""
        return bool(self.withheld) or any(summary.unknown for summary in self.connections)
