"""Bringing an inventory along: files and the store's state make a plan of creates, which is applied like any plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.csv_files import read_csv
from reconciler.errors import ImportFileError
from reconciler.inventory.build import Inventory, Table, plan_inventory
from reconciler.model.run import Outcome
from reconciler.model.state import State
from reconciler.run.context import Surroundings
from reconciler.run.plans.reading import read_state
from reconciler.run.stamps import refuse_foreign
from reconciler.run.writes.commit import Author, Settings, commit


@dataclass(frozen=True, slots=True)
class Files:
    """What is imported: a file of assets, one of store users, or both; and columns of assets not to look at."""

    assets: Path | None
    users: Path | None
    ignored: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """What importing comes to, and the state that it was planned on."""

    inventory: Inventory
    state: State


def plan_import(around: Surroundings, files: Files) -> Import:
    """Read the files and the store, and plan; nothing is written.

    Raises:
        ImportFileError: a file is no table.
        StampError: the store is another instance's.
    """
    state = read_state(around)
    refuse_foreign(state.stamp, around.instance)
    planned = plan_inventory(
        around.environment,
        state,
        _table(files.assets),
        _table(files.users),
        made_at=around.now(),
        ignored=files.ignored,
    )
    return Import(planned, state)


def _table(path: Path | None) -> Table | None:
    return None if path is None else Table(path.name, *read_csv(path))


def check_usable(planned: Import) -> None:
    """Refuse what a column makes unusable.

    Raises:
        ImportFileError: a column is not known or there twice.
    """
    if planned.inventory.unusable:
        raise ImportFileError(
            "Nothing was written: a column is in question, every row would lack it, and a later import overwrites "
            "nothing. Correct its name; a column of assets is left out with --ignore-column NAME."
        )


def write_import(around: Surroundings, planned: Import, *, who: str, where: str) -> Outcome | None:
    """Write the rows that have no problems, in one transaction with its journal; None when there are none.

    The settings that were last applied stay the last applied ones (E4): an import applies none, but for a new store,
    which gets its catalogue.

    Raises:
        ImportFileError: a column is not known or there twice.
        StaleError: the store moved since it was read.
    """
    plan = planned.inventory.plan
    check_usable(planned)
    if not plan.changes:
        return None
    applied = planned.state.applied
    settings = None if applied is None else Settings(applied.document, applied.enabled, applied.digest)
    return commit(around, Author(who, where), plan, planned.state, settings=settings)
