"""Shared settings: folders of settings that are laid under those of environments and connections (K9).

The nearest comes first: a connection's own folder, `connections/_shared` beside it, then the same two in the shared
folder of the environment, and in the one that this names in turn. A folder whose name begins with `_` is no environment
and no connection.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from reconciler.configuration.files import (
    CONNECTION_FILES,
    CONNECTIONS,
    INSTANCE_FILES,
    OPTIONAL_CONNECTION_FILES,
    SHARED,
    Files,
    connection_of,
    read_folder,
    whole_file,
)
from reconciler.configuration.names import did_you_mean
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.parsing.yaml_text import parse

_INSTANCE: Final = "instance.yaml"


def is_shared(name: str) -> bool:
    """Return whether a folder's name is one of shared settings."""
    return name.startswith("_")


@dataclass(frozen=True, slots=True)
class Layer:
    """One folder of settings below the environments: its files, read and parsed."""

    name: str
    files: Files
    documents: dict[str, Document]

    def under(self, path: str) -> Iterator[Document]:
        """Yield what this folder lays under the file of a path, the nearest first."""
        if found := self.documents.get(path):
            yield found
        if connection_of(path) is not None and (found := self.documents.get(shared_path(path))):
            yield found

    def has(self, path: str) -> bool:
        """Return whether the folder has the file, readable or not."""
        names = {path, shared_path(path)} if connection_of(path) is not None else {path}
        return bool(names & {*self.files.texts, *self.files.broken})


def shared_path(path: str) -> str:
    """Return the file of `connections/_shared` that is laid under a connection's."""
    return f"{CONNECTIONS}/{SHARED}/{path.rpartition('/')[2]}"


def folders(environments: Path, own: Layer, problems: list[SettingsProblem]) -> list[Layer]:
    """Return the shared folders that are laid under an environment, the nearest first; adds what is wrong with them.

    An environment names its folder with `shared:`, and `_shared` is the one when it does not; `null` is none.
    """
    layers: list[Layer] = []
    names = [own.name]
    layer = own
    while (found := _named(layer, default=layer is own)) is not None:
        name, document = found
        if name in names:
            problems.append(_problem(document, f"`{name}` is laid under itself: {' → '.join([*names, name])}", ""))
            break
        folder = environments / name
        if not is_shared(name) or not folder.is_dir():
            if document is not None:
                known = sorted(each.name for each in environments.iterdir() if each.is_dir() and is_shared(each.name))
                hint = did_you_mean(name, known) or "A shared folder's name begins with `_`."
                problems.append(_problem(document, f"there is no shared folder `{name}`", hint))
            break
        layer, found_problems = _read_shared(environments, name, _signature(folder))
        problems += found_problems
        layers.append(layer)
        names.append(name)
    return layers


def read(environments: Path, name: str, problems: list[SettingsProblem], files: Files | None = None) -> Layer:
    """Return a folder of settings; what is wrong with its files as YAML is added to the problems."""
    above = environments.name or environments.resolve().name
    if files is None:
        files = read_folder(environments / name, f"{above}/{name}")
        problems += files.problems
    documents = {}
    for path, text in sorted(files.texts.items()):
        document, found = parse(path, text, files.sources[path])
        problems += found
        if document is not None:
            documents[path] = document
    return Layer(name, files, documents)


@lru_cache(maxsize=8)
def _read_shared(environments: Path, name: str, _signature: "_Signature") -> tuple[Layer, list[SettingsProblem]]:
    """Return a shared folder and its problems, read once for all environments of a process while it stays as it is."""
    problems: list[SettingsProblem] = []
    return read(environments, name, problems), problems


_Signature = tuple[tuple[str, int, int, int], ...]


def _signature(folder: Path) -> _Signature:
    """Return what distinguishes a folder's files from what they were: their names, times, sizes and numbers."""
    found = ((str(path), path.lstat()) for path in sorted(folder.rglob("*")))
    return tuple((name, each.st_mtime_ns, each.st_size, each.st_ino) for name, each in found)


def _named(layer: Layer, *, default: bool) -> tuple[str, Document | None] | None:
    """Return the shared folder under a layer, with the document that names it; None for none."""
    document = layer.documents.get(_INSTANCE)
    if document is not None and isinstance(document.data, dict) and "shared" in document.data:
        name = document.data["shared"]
        return (name, document) if isinstance(name, str) else None
    return (SHARED, None) if default else None


def _problem(document: Document | None, message: str, hint: str) -> SettingsProblem:
    if document is None:
        return whole_file(SHARED, message, hint, rule="K9")
    return document.problem(("shared",), message, hint=hint, rule="K9")


def unused(environments: Path, layer: Layer) -> Iterator[SettingsProblem]:
    """Yield a warning for each connection's folder of a shared layer that no environment has a connection for."""
    if not is_shared(layer.name):
        return
    others = [each / CONNECTIONS for each in environments.iterdir() if each.is_dir() and not is_shared(each.name)]
    for name in layer.files.connections:
        if not any((folder / name).is_dir() for folder in others):
            shown = f"{layer.files.shown}/{CONNECTIONS}/{name}"
            hint = "Remove it, or give an environment a connection of that name."
            problem = whole_file(shown, "no environment has a connection of this name", hint, rule="K9")
            yield replace(problem, severity=Severity.WARNING)


def paths(connections: Iterable[str]) -> Iterator[str]:
    """Yield each file that an environment with these connections may have."""
    yield from INSTANCE_FILES
    for name in sorted(connections):
        yield from (f"{CONNECTIONS}/{name}/{file}" for file in CONNECTION_FILES + OPTIONAL_CONNECTION_FILES)


def needed(layers: list[Layer], connections: Iterable[str]) -> Iterator[str]:
    """Yield each file that an environment must have, and that none of its layers has."""
    for path in paths(connections):
        if path.rpartition("/")[2] not in OPTIONAL_CONNECTION_FILES and not any(layer.has(path) for layer in layers):
            yield path
