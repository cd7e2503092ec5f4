"""What a use case is given by whoever calls it: settings, variables, the clock, and whom to tell of progress."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reconciler.configuration.database_url import database_url
from reconciler.intune.http.budget import Pace
from reconciler.run.remotes.opening import Remotes
from reconciler.settings.environment import Environment
from reconciler.settings.instance import InstanceFile

Progress = Callable[[str, str, int], None]
"""Called with the connection that is being read, what of it, and how many there are by now; from any thread."""
Phase = Callable[[str], None]
"""Called with what is being done from now on."""


def untold(phase: str) -> None:
    """Tell nobody."""


def utc_now() -> str:
    """Return this machine's time as `2026-11-23T08:00:00Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class AtStore:
    """An instance and where its store is: all that is needed by who looks at the store and asks no other settings."""

    instance: InstanceFile
    environments: Path
    variables: Mapping[str, str]
    now: Callable[[], str] = utc_now

    def store_url(self) -> str:
        """Return the store's URL; SecretError or StoreError when it cannot be had, or leads where it may not (K8)."""
        return database_url(self.instance, self.environments, self.variables)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """An environment and where it runs.

    `environments` is the folder that holds the environment's own, `overlaid` says whether an overlay was laid over
    it, `variables` are the process's environment variables. Reads go by `pace`.
    """

    environment: Environment
    environments: Path
    overlaid: bool
    variables: Mapping[str, str]
    progress: Progress
    phase: Phase = untold
    now: Callable[[], str] = utc_now
    pace: Pace = Pace()  # noqa: RUF009 - frozen
    remotes: Remotes = field(default_factory=Remotes)

    def store_url(self) -> str:
        """Return the store's URL; SecretError or StoreError when it cannot be had, or leads where it may not (K8)."""
        return database_url(self.instance, self.environments, self.variables)

    @property
    def instance(self) -> InstanceFile:
        """The instance's own settings."""
        return self.environment.instance

    @property
    def folder(self) -> Path:
        """The environment's own folder."""
        return self.environments / self.environment.instance.name
