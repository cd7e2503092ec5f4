"""An environment as it was at a commit: its files out of Git into a folder, read as any environment is."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reconciler.configuration.git import CANNOT_RUN, ask
from reconciler.configuration.loader import Loaded, load_environment
from reconciler.errors import ReconcilerError, UsageError

_SYMLINK: Final = "120000"
_FILES: Final = frozenset({"100644", "100755", _SYMLINK})


def load_at(environments: Path, name: str, ref: str) -> Loaded:
    """Read and check an environment as a commit, branch or tag has it; no overlay is laid over it.

    Raises:
        UsageError: the environment did not exist there, or the reference can be none.
        ReconcilerError: there is no such commit here, or no repository.
    """
    commit = commit_of(environments, ref)
    loaded = load_commit(environments, name, commit)
    if loaded is None:
        raise UsageError(f"There was no environment `{name}` in {environments} at {shown_ref(ref)} ({commit[:10]}).")
    return loaded


def load_commit(environments: Path, name: str, commit: str, *, overlay: Path | None = None) -> Loaded | None:
    """Read and check an environment as a commit has it, None when it has none of that name.

    The overlay is the one of now, since no commit has it.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        tree = Path(folder) / (environments.name or environments.resolve().name)
        found = False
        for path, mode, content in _files(environments, commit):
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            found = found or path.startswith(f"{name}/")
            if mode == _SYMLINK:
                target.symlink_to(content.decode())
            else:
                target.write_bytes(content)
        if not found:
            return None
        for each in overlay.iterdir() if overlay else ():
            (tree / each.name).mkdir(exist_ok=True)
        return load_environment(tree, name, overlay=overlay, with_commit=False)


def commit_of(environments: Path, ref: str) -> str:
    """Return the commit that a reference names; UsageError or ReconcilerError when it names none here."""
    shown = shown_ref(ref)
    if not ref or ref.startswith(("-", "^")):
        raise _no_commit(shown)
    if not environments.is_dir():
        raise UsageError(f"There is no folder {environments}; --environments DIR names the one with your environments.")
    found, commit = ask(environments, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if found:
        return commit.decode().strip()
    inside, shallow = ask(environments, "rev-parse", "--is-shallow-repository")
    if shallow == CANNOT_RUN:
        raise ReconcilerError(
            f"Git cannot be run, and it is what knows {shown} of {environments}. Install it, or put it on the PATH."
        )
    if not inside:
        raise ReconcilerError(f"{environments} is in no Git repository that can be read, so there is no {shown} of it.")
    if ask(environments, "cat-file", "-e", ref)[0]:
        raise _no_commit(shown)
    if shallow.decode().strip() == "true":
        raise ReconcilerError(
            f"The commit {shown} is not in this clone, which is shallow: it has the newest commits only. Fetch the "
            "rest with `git fetch --unshallow`; in GitHub Actions, give actions/checkout `fetch-depth: 0`."
        )
    raise ReconcilerError(f"There is no commit {shown} in the repository of {environments}. `git fetch` may bring it.")


def _no_commit(shown: str) -> UsageError:
    return UsageError(f"`{shown}` names no commit. Name a commit, a branch or a tag.")


def shown_ref(ref: str) -> str:
    """Return a reference as it can be shown and written: on one line, a byte that is no text as its number."""
    text = ref.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _files(environments: Path, commit: str) -> Iterator[tuple[str, str, bytes]]:
    """Yield the path below `environments`, the mode and the content of each file that a commit has there."""
    listed, entries = ask(environments, "ls-tree", "-r", "-z", commit)
    for entry in entries.decode(errors="surrogateescape").split("\0") if listed else ():
        meta, _, path = entry.partition("\t")
        mode, _, blob = meta.partition(" blob ")
        if mode in _FILES and (mode == _SYMLINK or path.endswith((".yaml", ".yml"))):
            read, content = ask(environments, "cat-file", "blob", blob)
            if read:
                yield path, mode, content
