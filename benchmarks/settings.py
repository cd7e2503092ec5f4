"""The settings that the benchmark plans with: a folder as people have it, every kind of rule in use."""

from benchmarks.settings_place import ENVIRONMENTS, NAME
from reconciler.configuration.loader import load_environment
from reconciler.run.context import Surroundings
from reconciler.settings.environment import Connection, Environment


def environment() -> Environment:
    """Return the environment."""
    return load_environment(ENVIRONMENTS, NAME, with_commit=False).settled()


def connection() -> Connection:
    """Return its one connection."""
    return environment().connections["intune"]


def surroundings(url: str, environment: Environment) -> Surroundings:
    """Return the environment with a store at this URL."""
    return Surroundings(
        environment=environment,
        environments=ENVIRONMENTS,
        overlaid=False,
        variables={"RECONCILER_STORE_URL": url},
        progress=lambda connection, what, count: None,
    )
