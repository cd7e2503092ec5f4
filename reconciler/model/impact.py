"""What a change of the settings causes, apart from what would happen anyway: two plans of one recording, compared."""

from collections import Counter
from enum import StrEnum
from typing import Final

from msgspec import Struct

from reconciler.model.plan import Action, LeftAlone, LimitUse, Problem, SettingChange, Subject, Withheld
from reconciler.model.snapshot import Scalar

IMPACT_FORMAT: Final = 1

CREATED_OTHERWISE: Final = "createdOtherwise"
"""What counts an asset that is created with and without the change of the settings, with different values."""


TAKEN_OUT: Final = "takenOutOfScope"
"""What counts a device that only the settings at the base read, create an asset for, or keep up to date."""

BROUGHT_IN: Final = "broughtIntoScope"
"""What counts a device that only the new settings read, create an asset for, or keep up to date."""


class Verdict(StrEnum):
    """What a change of the settings does to an attribute's change."""

    CAUSED = "caused"
    """It happens only with the new settings."""
    ALTERED = "altered"
    """It happens either way, to another value."""
    PREVENTED = "prevented"
    """It happens only without the new settings."""


class AttributeEffect(Struct, frozen=True, gc=False, rename="camel"):
    """One attribute that ends differently: `without` the new settings, and `with_` them.

    `reason` and `rule` are those of the plan in which it changes; with both, of the one with the new settings.
    `settings` are the paths of the differing settings that speak of it, all of them when none does.
    """

    name: str
    verdict: Verdict
    without: Scalar
    with_: Scalar
    reason: str
    rule: str
    settings: tuple[str, ...] = ()


class Effect(Struct, frozen=True, gc=False, rename="camel", kw_only=True, omit_defaults=True):
    """What a change of the settings does to one asset, user or catalogue entry, named as `model.plan.Change` names it.

    `kinds` is what it causes or alters, `prevented` what no longer happens; both as `Plan.counts` names them.
    """

    subject: Subject
    action: Action
    name: str
    label: str
    attributes: tuple[AttributeEffect, ...]
    kinds: tuple[str, ...] = ()
    prevented: tuple[str, ...] = ()
    connection: str | None = None
    device_id: str | None = None


class ScopeChange(Struct, frozen=True, gc=False, rename="camel", kw_only=True):
    """A device that the settings of only one side leave out: its asset stays as it is from then on (X1).

    `out` when the new settings leave it out, False when those at the base do. `reason` and `rule` are why it is left
    out; `settings` are the paths of the differing settings that speak of it.
    """

    connection: str
    device_id: str
    label: str
    out: bool
    reason: str
    rule: str
    settings: tuple[str, ...] = ()


class Affected(Struct, frozen=True):
    """How many assets, users and catalogue entries end differently with the new settings, each counted once (V7).

    An asset whose device leaves scope, or comes into it, is one of them: it is kept up to date on one side only.
    """

    assets: int = 0
    users: int = 0
    entries: int = 0

    def total(self) -> int:
        """Return how many assets and users there are: what a comment's verdict says."""
        return self.assets + self.users


class Share(Struct, frozen=True, rename="camel"):
    """How many assets, users and entries one rule, or one setting, has an effect on, and some of them.

    `what` is a rule's name or a setting's path, `words` the reason, or the setting's values before and after.
    """

    what: str
    words: str
    count: int
    examples: tuple[str, ...]
    attribute: str | None = None


class Unanswered(Struct, frozen=True, rename="camel"):
    """What the recording cannot say of the new settings, and so the impact does not hold."""

    connection: str
    what: str
    why: str


class Impact(Struct, frozen=True, rename="camel", kw_only=True):
    """What the settings of the work tree cause that those at `base` would not, from one recording.

    `note` says why nothing could be compared (the settings at `base` have errors) or that there was nothing at `base`;
    None for an ordinary comparison. `compared` is False when nothing could be. `ordinary` are the changes that the
    settings at `base` plan; `kept` of them are planned by the new ones too, exactly as they are. `over` are limits
    that only the new settings are over, and every other tuple holds what only one side has.
    """

    format_version: int = IMPACT_FORMAT
    instance: str
    base: str
    base_commit: str
    commit: str | None
    settings_digest: str
    plan_digest: str
    made_at: str
    note: str | None = None
    compared: bool = True
    settings: tuple[SettingChange, ...] = ()
    ordinary: int = 0
    kept: int = 0
    caused: dict[str, int] = {}
    prevented: dict[str, int] = {}
    over: tuple[LimitUse, ...] = ()
    by_rule: tuple[Share, ...] = ()
    by_setting: tuple[Share, ...] = ()
    unknown: tuple[Unanswered, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    problems: tuple[Problem, ...] = ()
    solved: tuple[Problem, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    taken_up: tuple[LeftAlone, ...] = ()
    """What is left alone only without the new settings."""
    scope: tuple[ScopeChange, ...] = ()
    """Whom the change takes out of scope, then whom it brings into it; they are left alone, or taken up, as well."""
    effects: tuple[Effect, ...] = ()

    def affected(self) -> Affected:
        """Return what ends differently: the one definition that every number of a comment follows (V7)."""
        found = Counter(each.subject for each in self.effects)
        known = {(each.connection, each.device_id) for each in self.effects}
        scope = sum((each.connection, each.device_id) not in known for each in self.scope)
        return Affected(found[Subject.ASSET] + scope, found[Subject.USER], found[Subject.CATALOGUE])

    def nothing(self) -> bool:
        """Return whether the new settings come to the same as those at `base`, as far as could be compared."""
        differing = (
            *(self.effects, self.over, self.unknown, self.withheld),
            *(self.problems, self.solved, self.left_alone, self.taken_up, self.scope),
        )
        return self.compared and not any(differing)
