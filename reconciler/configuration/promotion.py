"""Promoting: one environment's settings into another's folder, byte for byte where nothing has to stay (K1).

1. The catalogue and every connection's files are copied; `instance.yaml` never, nor anything that is no settings file.
2. What a connection of the target is stays the target's: `tenantId`, `clientId`, `cloud`, `authentication`. Only then
   is a file not copied as it stands, but changed in these keys, its comments, order and quotes kept.
3. What the source leaves to shared settings the target leaves to them too: a file that only the target has is removed.
   Shared folders are not promoted: both environments have them beside them (K9).
4. A connection is its tenant (K7): one that has another folder in the source is renamed in the target.
5. A connection that only the target has stays as it is.
"""

import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.util import load_yaml_guess_indent

from reconciler.configuration.differences import pending
from reconciler.configuration.documents import document
from reconciler.configuration.files import (
    CONNECTION_FILES,
    CONNECTIONS,
    OPTIONAL_CONNECTION_FILES,
    SHARED,
    connection_of,
)
from reconciler.configuration.layers.shared import is_shared
from reconciler.configuration.loader import environments_in, load_environment
from reconciler.configuration.parsing.problems import Format, errors, rendered
from reconciler.errors import ReconcilerError, SettingsError
from reconciler.model.plan import SettingChange
from reconciler.settings.environment import Environment

KEPT: Final = ("tenantId", "clientId", "cloud", "authentication")


@dataclass(frozen=True, slots=True)
class Promotion:
    """What promoting would do, and the environment that would come of it.

    `files` are those that would be written, by their path below the target's folder, None for one that would be
    removed; `renamed` folders below `connections` are renamed first; `only_there` are the target's connections that the
    source lacks.
    """

    files: dict[str, bytes | None]
    renamed: dict[str, str]
    only_there: tuple[str, ...]
    differences: tuple[SettingChange, ...]
    result: Environment


def prepare(environments: Path, source: str, target: str) -> Promotion:
    """Work out a promotion; nothing is written.

    Raises:
        SettingsError: one of the environments does not validate, or what would come of it would not.
    """
    here = load_environment(environments, source).settled()
    there = load_environment(environments, target, with_commit=False).settled()
    renamed = _renamed(here, there)
    kept_as = {name: name for name in there.connections} | {new: old for old, new in renamed.items()}
    files = dict(_files(environments, source, target, here, kept_as))
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        tried = Path(folder) / (environments.name or environments.resolve().name)
        for name in environments_in(environments):
            (tried / name).mkdir(parents=True)
        for each in environments.iterdir():
            if is_shared(each.name) and each.is_dir():
                shutil.copytree(each, tried / each.name, symlinks=True)
        shutil.copytree(environments / target, tried / target, symlinks=True, dirs_exist_ok=True)
        _write(tried / target, files, renamed)
        loaded = load_environment(tried, target, with_commit=False)
    if loaded.environment is None:
        problems = rendered(errors(loaded.problems), Format.TEXT).rstrip()
        raise SettingsError(
            f"With the settings of {source}, {target} would not validate. Nothing was changed.\n{problems}"
        )
    return Promotion(
        files={name: content for name, content in files.items() if _differs(environments / target, name, content)},
        renamed=renamed,
        only_there=tuple(sorted(there.connections.keys() - renamed.keys() - here.connections.keys())),
        differences=pending(document(there), document(loaded.environment)),
        result=loaded.environment,
    )


def carry_out(environments: Path, target: str, promotion: Promotion) -> None:
    """Write what a promotion says; ReconcilerError when that cannot be."""
    try:
        _write(environments / target, promotion.files, promotion.renamed)
    except OSError as error:
        raise ReconcilerError(
            f"{error.filename or target} cannot be written: {error.strerror}. Git shows what was written until then."
        ) from error


def _renamed(here: Environment, there: Environment) -> dict[str, str]:
    """Return the folders of the target's connections that are called otherwise in the source, old to new."""
    tenants = {connection.tenant_id: name for name, connection in here.connections.items()}
    renamed = {
        name: tenants[connection.tenant_id]
        for name, connection in sorted(there.connections.items())
        if tenants.get(connection.tenant_id, name) != name
    }
    for old, new in renamed.items():
        if new in there.connections and new not in renamed:
            raise SettingsError(
                f"The tenant of connections/{old} is called {new} in {here.instance.name}, and another tenant is under "
                f"connections/{new} in {there.instance.name}. Rename one of the folders first. Nothing was changed."
            )
    return renamed


def _files(
    environments: Path, source: str, target: str, here: Environment, kept_as: dict[str, str]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield each file that the target gets, None for one that it has and the source has not."""
    folder = environments / source
    paths = ["catalogue.yaml"]
    for name in (SHARED, *sorted(here.connections)):
        paths += [f"{CONNECTIONS}/{name}/{file}" for file in CONNECTION_FILES + OPTIONAL_CONNECTION_FILES]
    for path in paths:
        connection = connection_of(path)
        own = environments / target / path
        if connection in kept_as:
            own = environments / target / CONNECTIONS / kept_as[connection] / own.name
        if not (folder / path).exists():
            if own.exists() and own.name not in {"connection.yaml", *OPTIONAL_CONNECTION_FILES}:
                yield path, None
            continue
        content = (folder / path).read_bytes()
        if own.name == "connection.yaml" and own.exists() and connection in kept_as:
            content = _with_kept(content, own.read_bytes())
        yield path, content


def _with_kept(content: bytes, own: bytes) -> bytes:
    """Return a connection.yaml with what stays the target's in it."""
    text = content.decode("utf-8-sig")
    _, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=indent or 4, offset=offset if offset is not None else 2)
    data = yaml.load(text)
    mine = yaml.load(own.decode("utf-8-sig"))
    changed = [key for key in KEPT if data.get(key) != mine.get(key)]
    if not changed:
        return content
    for key in changed:
        if key in mine:
            data[key] = mine[key]
        else:
            del data[key]
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue().encode()


def _write(folder: Path, files: dict[str, bytes | None], renamed: dict[str, str]) -> None:
    # Through names of their own, so that two folders may change places.
    for old, new in renamed.items():
        (folder / CONNECTIONS / old).rename(folder / CONNECTIONS / f".{new}.renamed")
    for new in renamed.values():
        (folder / CONNECTIONS / f".{new}.renamed").rename(folder / CONNECTIONS / new)
    for name, content in files.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _differs(folder: Path, name: str, content: bytes | None) -> bool:
    if content is None:
        return (folder / name).exists()
    return not (folder / name).is_file() or (folder / name).read_bytes() != content
