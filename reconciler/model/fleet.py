"""What a fleet's environments are asked for, and what each came to (N1-N3).

These values travel between processes and machines: names, options, counts, digests and errors, and never a device or a
secret.
"""

from enum import StrEnum

from msgspec import Struct


class Work(StrEnum):
    """What is done for each environment of a fleet."""

    VALIDATE = "validate"
    PLAN = "plan"
    APPLY = "apply"
    RECORD = "record"
    STATUS = "status"


class FleetOptions(Struct, frozen=True, kw_only=True):
    """What holds for every environment; `environments` is the folder as the workers find it.

    A worker refuses the work when its program has another `version` or its repository another `commit` (None: whatever
    it has). `recordings` is the folder that recordings are read from or written to, `base` the commit whose settings a
    plan is compared with. An environment takes at most `time_limit` seconds.
    """

    work: Work
    environments: str
    version: str
    commit: str | None = None
    overlay: str | None = None
    recordings: str | None = None
    base: str | None = None
    strict: bool = False
    scheduled: bool = False
    allow_uncommitted: bool = False
    resume: bool = False
    max_age: int | None = None
    time_limit: int | None = None
    who: str = ""
    where: str = ""


class FleetImpact(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a change of the settings causes in one environment (N4).

    `assets`, `users` and catalogue `entries` end differently, each counted once (V7); `caused` counts by kind what
    happens only with the new settings, `prevented` what happens only without them, `over` are limits that only the new
    settings are over. `note` says why nothing could be compared.
    """

    assets: int = 0
    users: int = 0
    entries: int = 0
    caused: dict[str, int] = {}
    prevented: dict[str, int] = {}
    over: tuple[str, ...] = ()
    note: str | None = None

    @property
    def affected(self) -> int:
        """Return how many assets and users end differently."""
        return self.assets + self.users

    def is_nothing(self) -> bool:
        """Return whether the change makes no difference here."""
        return not any((self.assets, self.users, self.entries, self.caused, self.prevented, self.over, self.note))


class FleetRow(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one environment came to: a row of the table.

    `devices` were listed by the read; `changes` are counted by kind, `over` are the limits that are exceeded.
    `last_success` is when the connection that was read longest ago was read. `credential_ends` is the first day on
    which a credential ends. `notes` are what a person should know besides: what is pending or held, what was not read.
    """

    environment: str
    exit_code: int
    devices: int | None = None
    changes: dict[str, int] = {}
    over: tuple[str, ...] = ()
    last_success: str | None = None
    credential_ends: str | None = None
    error: str = ""
    notes: tuple[str, ...] = ()
    impact: FleetImpact | None = None
    run: str | None = None
    digest: str | None = None
    seconds: float = 0.0
