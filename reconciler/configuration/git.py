"""The Git commit that settings were read at, and whether they are as committed there (E5)."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CANNOT_RUN: Final = b"Git cannot be run"
_TIMEOUT = 30
_OF_ANOTHER_REPOSITORY = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"))


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit, None when there is none to be had; `why` says why not, or what is not committed."""

    commit: str | None
    clean: bool
    why: str = ""


UNKNOWN: Final = GitState(None, clean=False, why="Git was not asked")


def state(folder: Path, files: Iterable[str]) -> GitState:
    """Return the commit of a folder's work tree, and whether these files below the folder are as committed there.

    Every failure (no Git, no repository, a repository of somebody else's) gives no commit, and is not clean.
    """
    found, commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not found:
        return GitState(None, clean=False, why=commit or "there is no commit")
    names = sorted({*files, *_targets(folder, files)})
    found, changed = _git(folder, "status", "--porcelain=v1", "--ignored", "--untracked-files=all", "--", *names)
    if not found:
        return GitState(None, clean=False, why=changed)
    return GitState(commit, clean=not changed, why=changed)


def _targets(folder: Path, files: Iterable[str]) -> Iterator[str]:
    """Yield the files that symlinks among the files lead to, below the folder."""
    real = folder.resolve()
    yield from (
        (folder / file).resolve().relative_to(real).as_posix() for file in files if (folder / file).is_symlink()
    )


def ask(folder: Path, *arguments: str) -> tuple[bool, bytes]:
    """Return whether Git could answer, and its answer; the first line of what it complained of otherwise."""
    # A repository's own configuration could name a program for fsmonitor; asking must start none.
    command = ["git", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    environment = inherited | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603  no shell, and the arguments are ours
            command, env=environment, capture_output=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False, CANNOT_RUN
    if done.returncode:
        return False, done.stderr.strip().partition(b"\n")[0]
    return True, done.stdout


def _git(folder: Path, *arguments: str) -> tuple[bool, str]:
    found, answer = ask(folder, *arguments)
    return found, answer.decode(errors="replace").strip()
