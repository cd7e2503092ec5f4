"""An environment as it was at a commit: its files out of Git into a folder, read as any environment is."""

import tempfile
from pathlib import Path

from reconciler.configuration.git.repository import NoCommitError, NoRepositoryError, Repository, around
from reconciler.configuration.layers.shared import is_shared
from reconciler.configuration.loader import Loaded, load_environment
from reconciler.errors import ReconcilerError, UsageError


def load_at(environments: Path, name: str, ref: str) -> Loaded:
    """Read and check an environment as a commit, branch or tag has it; no overlay is laid over it.

    Raises:
        UsageError: the environment did not exist there, or the reference can be none.
        ReconcilerError: the commit does not exist here, or no repository.
    """
    commit = commit_of(environments, ref)
    loaded = load_commit(environments, name, commit)
    if loaded is None:
        raise UsageError(f"There was no environment `{name}` in {environments} at {shown_ref(ref)} ({commit[:10]}).")
    return loaded


def load_commit(environments: Path, name: str, commit: str, *, overlay: Path | None = None) -> Loaded | None:
    """Read and check an environment as a commit has it, None when it has none of that name.

    The overlay is the one of now, since no commit has it.

    Raises:
        ReconcilerError: the clone lacks one of its files.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder, around(environments) as repository:
        tree = Path(folder) / (environments.name or environments.resolve().name)
        known = repository.folders(commit)
        if name not in known:
            return None
        for each in {*known, *(path.name for path in overlay.iterdir() if path.is_dir())} if overlay else known:
            (tree / each).mkdir(parents=True, exist_ok=True)
        for each in (name, *(other for other in known if is_shared(other))):
            _write(repository, commit, each, tree / each)
        return load_environment(tree, name, overlay=overlay, with_commit=False)


def _write(repository: Repository, commit: str, name: str, folder: Path) -> None:
    """Write the settings that a commit has of an environment into a folder, links as links."""
    try:
        for each in repository.files(commit, name, _is_settings):
            target = folder / each.path
            target.parent.mkdir(parents=True, exist_ok=True)
            if each.is_link:
                target.symlink_to(each.content.decode(errors="surrogateescape"))
            else:
                target.write_bytes(each.content)
    except NoCommitError as error:
        raise ReconcilerError(f"{error}: it leaves files out. Fetch them, or clone without a filter.") from error


def _is_settings(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))


def commit_of(environments: Path, ref: str) -> str:
    """Return the commit that a reference names; UsageError or ReconcilerError when it names none here."""
    shown = shown_ref(ref)
    if not ref or ref.startswith(("-", "^")) or ":" in ref:
        raise _no_commit(shown)
    if not environments.is_dir():
        raise UsageError(f"There is no folder {environments}; --environments DIR names the one with your environments.")
    try:
        with around(environments) as repository:
            return repository.commit(ref)
    except NoRepositoryError as error:
        raise ReconcilerError(f"The settings in {environments} {error}, so there is no {shown} of them.") from error
    except NoCommitError as error:
        raise _not_here(environments, shown, shallow=error.shallow) from error
    except ValueError as error:
        raise _no_commit(shown) from error


def _not_here(environments: Path, shown: str, *, shallow: bool) -> ReconcilerError:
    if shallow:
        return ReconcilerError(
            f"The commit {shown} is not in this clone, which is shallow: it has the newest commits only. Fetch the "
            "rest with `git fetch --unshallow`; in GitHub Actions, give actions/checkout `fetch-depth: 0`."
        )
    return ReconcilerError(f"There is no commit {shown} in the repository of {environments}. `git fetch` may bring it.")


def _no_commit(shown: str) -> UsageError:
    return UsageError(f"`{shown}` names no commit. Name a commit, a branch or a tag.")


def shown_ref(ref: str) -> str:
    """Return a reference as it can be shown and written: on one line, a byte that is no text as its number."""
    text = ref.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
