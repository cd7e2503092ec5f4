"""Bringing an inventory along: files and the store's state make a plan of creates, which is applied like any plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reconciler.csv_files import read_csv
from reconciler.errors import ImportFileError
from reconciler.inventory.build import Inventory, Table, plan_inventory
from reconciler.inventory.headings import PRESETS, Headings, translated
from reconciler.model.run import Outcome
from reconciler.model.state import State
from reconciler.run.context import Surroundings
from reconciler.run.plans.reading import read_state
from reconciler.run.stamps import refuse_foreign
from reconciler.run.writes.commit import Author, Settings, commit


@dataclass(frozen=True, slots=True)
class Files:
    """What is imported: a file of assets, one of store users, or both; and columns of assets not to look at.

    `map` says whose export the assets are: a preset's name, or a YAML file with headings by our columns.
    """

    assets: Path | None
    users: Path | None
    ignored: Sequence[str] = ()
    map: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """What importing comes to, and the state that it was planned on."""

    inventory: Inventory
    state: State


def plan_import(around: Surroundings, files: Files) -> Import:
    """Read the files and the store, and plan; nothing is written.

    Raises:
        ImportFileError: a file is no table, or its map does not fit it.
        StampError: the store is another instance's.
    """
    assets, ignored = _table(files.assets), tuple(files.ignored)
    if assets is not None and files.map is not None:
        headings = PRESETS.get(files.map) or _headings(Path(files.map))
        translation = translated(assets, headings, around.environment)
        assets, ignored = translation.table, (*ignored, *translation.left)
    state = read_state(around)
    refuse_foreign(state.stamp, around.instance)
    planned = plan_inventory(
        around.environment,
        state,
        assets,
        _table(files.users),
        made_at=around.now(),
        ignored=ignored,
    )
    return Import(planned, state)


def _table(path: Path | None) -> Table | None:
    return None if path is None else Table(path.name, *read_csv(path))


def _headings(path: Path) -> Headings:
    """Return the headings that a YAML file names by our columns, one or several each.

    Raises:
        ImportFileError: it cannot be read, or is not what it should be.
    """
    try:
        found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        told = msgspec.convert(found, dict[str, str | list[str]])
    except OSError as error:
        raise ImportFileError(
            f"There is no preset {path}, and no file of this name: {error.strerror}. Presets are {', '.join(PRESETS)}."
        ) from error
    except (YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ImportFileError(
            f"{path} is no map: it has lines of one of our columns and the heading that stands for it, such as "
            f"`serialNumber: Serial`. {' '.join(str(error).split())}"
        ) from error
    return {name: [names] if isinstance(names, str) else names for name, names in told.items()}


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
