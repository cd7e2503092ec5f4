"""The Git commit that settings were read at, and whether they are as committed there (E5)."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit, None when there is none to be had; `why` says why not, or what is not committed."""

    commit: str | None
    clean: bool
    why: str = ""


UNKNOWN: Final = GitState(None, clean=False, why="Git was not asked")


def state(folder: Path, files: Sequence[Path]) -> GitState:
    """Return the commit of a folder's work tree, and whether exactly these files are as committed there.

    Every failure (no Git, no repository, a repository of somebody else's) gives no commit, and is not clean.
    """
    found, commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not found:
        return GitState(None, clean=False, why=commit or "there is no commit")
    paths = [str(path) for path in _with_targets(files)]
    found, changed = _git(folder, "status", "--porcelain=v1", "--ignored", "--untracked-files=all", "--", *paths)
    if not found:
        return GitState(None, clean=False, why=changed)
    return GitState(commit, clean=not changed, why=changed)


def _with_targets(files: Sequence[Path]) -> list[Path]:
    """Return the files, and what symlinks among them lead to."""
    absolute = [Path(os.path.abspath(path)) for path in files]  # noqa: PTH100  resolve() would follow the symlink
    return sorted({*absolute, *(path.resolve() for path in absolute)})


def _git(folder: Path, *arguments: str) -> tuple[bool, str]:
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603  no shell, and the arguments are ours
            command, env=environment, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False, "Git cannot be run"
    if done.returncode:
        return False, done.stderr.strip().partition("\n")[0]
    return True, done.stdout.strip()
