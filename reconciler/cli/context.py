"""What a command is given: the environment that it names, loaded and put where it runs, and the limits raised."""

import os

import typer

from reconciler.cli.global_options import Global
from reconciler.cli.terminal.progress import Talk, warn
from reconciler.configuration.loader import Loaded, load_environment
from reconciler.errors import UsageError
from reconciler.model.plan import Kind
from reconciler.run.context import AtStore, Surroundings


def surroundings(context: typer.Context, name: str, talk: Talk) -> Surroundings:
    """Load an environment and put it where it runs; SettingsError with every problem when it has errors."""
    return surroundings_of(context, load(context, name), talk)


def load(context: typer.Context, name: str, *, with_commit: bool = True) -> Loaded:
    """Read and check an environment, laid over as the command line says."""
    options: Global = context.obj
    return load_environment(options.environments, name, overlay=options.overlay, with_commit=with_commit)


def surroundings_of(context: typer.Context, loaded: Loaded, talk: Talk) -> Surroundings:
    """Put a loaded environment where it runs; SettingsError with every problem when it has errors."""
    options: Global = context.obj
    return Surroundings(
        environment=loaded.settled(),
        environments=options.environments,
        overlaid=loaded.overlay is not None,
        variables=os.environ,
        progress=talk,
        phase=talk.phase,
    )


def at_store(context: typer.Context, name: str) -> AtStore:
    """Put an instance at its store, for a command that needs no other settings: what is wrong with those is a warning.

    SettingsError with every problem when `instance.yaml` has one.
    """
    loaded = load(context, name, with_commit=False)
    found = at_store_of(context, loaded)
    if loaded.environment is None:
        warn(f"{loaded.in_words()}, in files that this command does not need. To see them: reconciler validate {name}")
    return found


def at_store_of(context: typer.Context, loaded: Loaded) -> AtStore:
    """Put a loaded instance at its store; SettingsError with every problem when `instance.yaml` has one."""
    options: Global = context.obj
    return AtStore(loaded.settled_instance(), options.environments, os.environ)


def allowances(values: list[str]) -> dict[str, int]:
    """Return `--allow KIND=N` options as numbers by kind.

    Raises:
        UsageError: one is not of that form, or names no kind.
    """
    allowed: dict[str, int] = {}
    for value in values:
        kind, equals, number = value.partition("=")
        if not equals or not number.isascii() or not number.isdigit():
            raise UsageError(f"--allow {value}: it has to be KIND=N, for example deletedInIntune=120.")
        if kind not in set(Kind):
            raise UsageError(f"--allow {value}: there is no limit `{kind}`. The kinds are {', '.join(Kind)}.")
        allowed[kind] = int(number)
    return allowed
