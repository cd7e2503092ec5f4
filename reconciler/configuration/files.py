"""Which files an environment has, and their text: what is missing, misspelt, not text or not below it is a problem."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.configuration.parsing.document import Document, Place, Source, Span
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.parsing.yaml_text import source_of

MAX_SIZE: Final = 4 * 1024 * 1024

INSTANCE_FILES: Final = ("instance.yaml", "catalogue.yaml")
CONNECTION_FILES: Final = ("connection.yaml", "asset-types.yaml", "field-mappings.yaml", "users.yaml", "imports.yaml")
OPTIONAL_CONNECTION_FILES: Final = ("tests.yaml",)
CONNECTIONS: Final = "connections"
SHARED: Final = "_shared"
"""The folder of what is laid under settings, beside environments and beside connections (K9)."""

_REPOSITORY: Final = frozenset({"objects", "refs", "commondir", "config", "packed-refs"})
"""What stands beside HEAD where Git takes a folder for a repository."""
_BYTE_ORDER_MARK = "\ufeff"
_CONNECTION_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@dataclass(slots=True)
class Files:
    """The texts of a folder of settings, by their path below it; `broken` are there and cannot be read."""

    shown: str
    folder: Path
    texts: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    connections: tuple[str, ...] = ()
    problems: list[SettingsProblem] = field(default_factory=list)

    def problem(self, name: str, message: str, hint: str = "", *, rule: str = "K2") -> None:
        """Note a problem of a whole file or folder."""
        self.problems.append(whole_file(f"{self.shown}/{name}", message, hint, rule=rule))


def whole_file(shown: str, message: str, hint: str = "", *, rule: str = "K2") -> SettingsProblem:
    """Return a problem of a whole file or folder."""
    place = Place(Source(shown, ()), Span(0, 0))
    return Document.only_at(shown, place).problem((), message, hint=hint, rule=rule)


def kind_of(name: str) -> str:
    """Return which settings file a path is, whatever its connection: `imports.yaml`."""
    return PurePosixPath(name).name


def connection_of(name: str) -> str | None:
    """Return the connection that a path belongs to; None for the instance's own files."""
    parts = PurePosixPath(name).parts
    return parts[1] if len(parts) == len((CONNECTIONS, "name", "file")) else None


def read_folder(folder: Path, shown: str, *, from_overlay: bool = False) -> Files:
    """Return every settings file below a folder, and what is wrong with the files as files."""
    files = Files(shown, folder)
    names: list[str] = []
    for path in _everything_below(folder):
        name = path.relative_to(folder).as_posix()
        if _is_settings(name):
            names.append(name)
        elif path.suffix.lower() in (".yaml", ".yml"):
            files.problem(name, "this is not the name of a settings file", _meant(name))
    files.connections = _connections(files)
    files.problems += repositories(_everything(folder), folder, shown)
    for name in names:
        _read(files, name, from_overlay)
    return files


def repositories(paths: Iterable[Path], folder: Path, shown: str) -> Iterator[SettingsProblem]:
    """Yield a problem for each of these paths, all below a folder, that makes Git see a repository there (K8).

    What that repository configures can name programs, which any `git` that is run there starts.
    """
    for path in paths:
        name = path.name.casefold()
        is_head = name == "head" and not path.is_dir()
        if name == ".git" or (is_head and _REPOSITORY & {each.name.casefold() for each in path.parent.iterdir()}):
            yield whole_file(
                f"{shown}/{path.relative_to(folder).as_posix()}",
                "a Git repository inside the settings",
                "Remove its files: what they configure can make Git run programs.",
                rule="K8",
            )


def _everything(folder: Path) -> Iterator[Path]:
    """Yield every file and folder below a folder, symlinks unfollowed, sorted."""
    yield from sorted(folder.rglob("*"))


def _everything_below(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder, symlinks unfollowed, and folders that are called like a file."""
    for path in _everything(folder):
        if path.is_symlink() or not path.is_dir() or path.suffix.lower() in (".yaml", ".yml"):
            yield path


def _is_settings(name: str) -> bool:
    if connection_of(name) is None:
        return name in INSTANCE_FILES
    below = PurePosixPath(name)
    return below.parts[0] == CONNECTIONS and below.name in CONNECTION_FILES + OPTIONAL_CONNECTION_FILES


def _meant(name: str) -> str:
    stem = PurePosixPath(name).with_suffix(".yaml").name.lower()
    known = INSTANCE_FILES + CONNECTION_FILES + OPTIONAL_CONNECTION_FILES
    near = difflib.get_close_matches(stem, known, n=1)
    if not near:
        return f"Files are {', '.join(INSTANCE_FILES)}, and in {CONNECTIONS}/NAME {', '.join(CONNECTION_FILES)}."
    where = "" if near[0] in INSTANCE_FILES else f"{CONNECTIONS}/NAME/"
    return f"Did you mean `{where}{near[0]}`?"


def _connections(files: Files) -> tuple[str, ...]:
    """Return the names of the connections' folders; anything else that stands among them is a problem."""
    folder = files.folder / CONNECTIONS
    if not folder.is_dir():
        return ()
    names = []
    for path in sorted(folder.iterdir()):
        if not path.is_dir() or path.suffix in (".yaml", ".yml"):
            continue
        name = f"{CONNECTIONS}/{path.name}"
        if path.name.startswith("_"):
            if path.name != SHARED:
                files.problem(name, "not the name of a connection", f"Shared settings are in {CONNECTIONS}/{SHARED}.")
        elif path.is_symlink():
            files.problem(name, "a connection's folder is a symlink", "Copy the folder: each environment has its own.")
        elif not set(path.name) <= _CONNECTION_NAME:
            files.problem(name, "a connection's name has letters, digits, `-`, `_` and `.` only", "Rename the folder.")
        else:
            names.append(path.name)
    return tuple(names)


def _read(files: Files, name: str, from_overlay: bool) -> None:
    """Take a file whose text can be read; why another cannot is a problem, and it counts as broken."""
    path = files.folder / name
    refusal = _refusal(path, files.folder)
    if refusal:
        files.broken.add(name)
        files.problem(name, *refusal)
        return
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        files.broken.add(name)
        files.problem(name, f"the file cannot be read: {error.strerror}")
        return
    except UnicodeDecodeError as error:
        files.broken.add(name)
        files.problems.append(_not_utf8(f"{files.shown}/{name}", raw, error.start))
        return
    _accept(files, name, text, from_overlay)


def _accept(files: Files, name: str, text: str, from_overlay: bool) -> None:
    has_mark = text.startswith(_BYTE_ORDER_MARK)
    files.texts[name] = text.removeprefix(_BYTE_ORDER_MARK)
    source = source_of(f"{files.shown}/{name}", files.texts[name], from_overlay=from_overlay)
    files.sources[name] = source
    document = Document.only_at(name, Place(source, Span(0, 0)))
    if has_mark:
        files.problems.append(_oddity(document, "the file begins with a byte order mark", "Save it as UTF-8 without."))
    if "\r" in text:
        files.problems.append(
            _oddity(document, "lines end in CR LF", "Save it with LF; `.gitattributes` can see to it.")
        )


def _oddity(document: Document, message: str, hint: str) -> SettingsProblem:
    return document.problem((), message, hint=hint, rule="K2", severity=Severity.WARNING)


def _refusal(path: Path, folder: Path) -> tuple[str, str] | None:
    """Return why a path is not read, and what to do; None for a file of ours of a sensible size."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a symlink that leads nowhere", "Put the file itself there."
    if not real.is_relative_to(folder.resolve()):
        return "a symlink that leaves the environment's folder", "Put the file itself there."
    if real.is_dir():
        return "a folder where a file is expected", "Rename the folder."
    if not real.is_file():
        return "not a regular file", "Put a file there."
    if real.stat().st_size > MAX_SIZE:
        return f"the file is larger than {MAX_SIZE // 1024 // 1024} MiB", "Settings are written by people: shorten it."
    return None


def _not_utf8(shown: str, raw: bytes, position: int) -> SettingsProblem:
    before = raw[:position]
    line = before.count(b"\n")
    column = len(before.rpartition(b"\n")[2].decode("utf-8"))
    document = Document.only_at(shown, Place(Source(shown, ()), Span(line, column)))
    return document.problem((), "the file is not UTF-8 text", hint="Save it in UTF-8.", rule="K2")
