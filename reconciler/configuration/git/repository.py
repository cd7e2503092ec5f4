"""The Git repository around settings, read without running Git (E5, K8).

A repository's configuration, attributes and hooks can name programs that `git` runs, and a folder of settings can be
made to look like a repository. So no `git` is started: the repository is the one whose `.git` is found upwards from the
folder of environments, and its commits, trees and blobs are read by a library that runs nothing.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dulwich.objects import ObjectID, Tree
    from dulwich.repo import Repo

CONTROL: Final = ".git"
_SHOWN: Final = 3
_SETTINGS: Final = (".yaml", ".yml")
_UNSAFE: Final = frozenset({b"", b".", b".."})


class NoRepositoryError(Exception):
    """There is no Git repository around a folder, or it cannot be read: "the settings …"."""


class NoCommitError(Exception):
    """A commit or a file of one is not in the repository; `shallow` when it leaves out what is older."""

    def __init__(self, message: str, *, shallow: bool) -> None:
        super().__init__(message)
        self.shallow = shallow


@dataclass(frozen=True, slots=True)
class CommitState:
    """The commit that settings were read at, None when there is none, and whether the files are as committed there.

    `why` continues "the settings …" when they are not clean: "differ from the commit 1a2b3c4 in prod/users.yaml".
    """

    commit: str | None
    clean: bool
    why: str = ""


UNKNOWN: Final = CommitState(None, clean=False, why="were not compared with a commit")


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """A file of a commit: its path below the folder that was asked for, and its content; a link's is where it leads."""

    path: str
    content: bytes
    is_link: bool


@dataclass(frozen=True, slots=True)
class Repository:
    """An open repository; `folder` is the one that was asked for, by its path below the work tree, in bytes."""

    repo: "Repo"
    folder: bytes

    def head(self) -> str | None:
        """Return the commit that is checked out; None when there is none yet."""
        try:
            return self.repo.head().decode()
        except KeyError:
            return None

    def commit(self, ref: str) -> str:
        """Return the commit that a name, a tag or a number names.

        Raises:
            NoCommitError: there is nothing of that name here.
            ValueError: it names something else than a commit, or can name nothing.
        """
        from dulwich.objectspec import parse_commit, parse_object  # noqa: PLC0415 - slow to import, seldom needed

        name = os.fsencode("HEAD" if ref == "@" else ref)
        try:
            if any(operator in name for operator in (b"~", b"^", b"@{")):
                name = parse_object(self.repo, name).id
            return parse_commit(self.repo, name).id.decode()
        except KeyError:
            raise NoCommitError(f"there is no {ref}", shallow=bool(self.repo.get_shallow())) from None
        except AssertionError as error:
            raise ValueError(ref) from error

    def folders(self, commit: str) -> list[str]:
        """Return the names of the folders directly below the folder that a commit has."""
        tree = self._tree(commit, "")
        entries = tree.iteritems() if tree is not None else ()
        return [os.fsdecode(each.path) for each in entries if stat.S_ISDIR(each.mode) and _is_safe(each.path)]

    def files(self, commit: str, within: str, wanted: Callable[[str], bool]) -> Iterator[CommittedFile]:
        """Yield each file that a commit has `within` a folder below this one, by its path there, if that is wanted.

        A submodule has no files here, nor has an entry whose name would lead out of its folder.

        Raises:
            NoCommitError: a file is not in this clone, which leaves some out.
        """
        tree = self._tree(commit, within)
        for path, mode, sha in self._entries(tree, b"") if tree is not None else ():
            name = os.fsdecode(path)
            if wanted(name):
                yield CommittedFile(name, self._content(sha, name), stat.S_ISLNK(mode))

    def _tree(self, commit: str, within: str) -> "Tree | None":
        """Return a folder's tree in a commit; None when the commit has no folder of that name."""
        from dulwich.objects import Tree  # noqa: PLC0415 - as above

        tree = self.repo[self.repo[commit.encode()].tree]  # type: ignore[attr-defined]
        parts = [*self.folder.split(b"/"), *os.fsencode(within).split(b"/")]
        for part in filter(None, parts):
            if not isinstance(tree, Tree) or part not in tree:
                return None
            mode, sha = tree[part]
            if not stat.S_ISDIR(mode):
                return None
            tree = self.repo[sha]
        return tree if isinstance(tree, Tree) else None

    def _entries(self, tree: "Tree", prefix: bytes) -> "Iterator[tuple[bytes, int, ObjectID]]":
        for entry in tree.iteritems():
            if not _is_safe(entry.path):
                continue
            path = prefix + entry.path
            if stat.S_ISDIR(entry.mode):
                yield from self._entries(self.repo[entry.sha], path + b"/")  # type: ignore[arg-type]
            elif stat.S_ISREG(entry.mode) or stat.S_ISLNK(entry.mode):
                yield path, entry.mode, entry.sha

    def _content(self, sha: "ObjectID", name: str) -> bytes:
        try:
            return self.repo[sha].as_raw_string()
        except KeyError:
            raise NoCommitError(f"{name} is not in this clone", shallow=True) from None


def _is_safe(name: bytes) -> bool:
    """Return whether an entry's name stays in its folder: trees that no `git` made may hold any bytes."""
    return name not in _UNSAFE and b"/" not in name and b"\\" not in name and name.lower() != CONTROL.encode()


@contextmanager
def around(folder: Path) -> Iterator[Repository]:
    """Open the repository whose work tree a folder is in, found upwards by its `.git` alone.

    Raises:
        NoRepositoryError: there is none, or it cannot be read.
    """
    from dulwich.errors import NotGitRepository  # noqa: PLC0415 - slow to import, and `validate` needs none
    from dulwich.repo import Repo, UnsupportedExtension, UnsupportedVersion  # noqa: PLC0415 - as above

    real = folder.resolve()
    top = next((each for each in (real, *real.parents) if os.path.lexists(each / CONTROL)), None)
    if top is None:
        raise NoRepositoryError("are in no Git repository")
    try:
        repo = Repo(str(top), bare=False)
    except (OSError, NotGitRepository, UnsupportedExtension, UnsupportedVersion, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise NoRepositoryError(
            f"are in a Git repository that cannot be read ({top / CONTROL}: {reason or type(error).__name__})"
        ) from error
    with repo:
        below = real.relative_to(top)
        yield Repository(repo, b"" if below == Path() else os.fsencode(below.as_posix()))


def head_of(folder: Path) -> str | None:
    """Return the commit that is checked out around a folder; None when there is none."""
    try:
        with around(folder) as found:
            return found.head()
    except NoRepositoryError:
        return None


def state(folders: Mapping[Path, Iterable[str]]) -> CommitState:
    """Return the commit of the work tree that folders of settings are in, and whether their files are as committed.

    `folders` holds the files that were read, by their path below each folder; a settings file that only the commit has
    was removed. Lines that end in CR LF here and in LF there are equal: that is how Windows checks files out. Without a
    repository there is no commit, and nothing is clean.
    """
    commits: set[str] = set()
    different: list[str] = []
    try:
        for folder, files in folders.items():
            with around(folder.resolve().parent) as repository:
                commit = repository.head()
                if commit is None:
                    return CommitState(None, clean=False, why="are in a Git repository that has no commit")
                commits.add(commit)
                different += _different(repository, commit, folder, files)
    except NoRepositoryError as error:
        return CommitState(None, clean=False, why=str(error))
    except NoCommitError as error:
        return CommitState(None, clean=False, why=f"cannot be compared with their commit: {error}")
    if len(commits) > 1:
        return CommitState(None, clean=False, why="are in several Git repositories")
    return _compared(commits.pop(), different)


def _compared(commit: str, different: list[str]) -> CommitState:
    if not different:
        return CommitState(commit, clean=True)
    more = f" and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
    return CommitState(
        commit, clean=False, why=f"differ from the commit {commit[:7]} in {', '.join(different[:_SHOWN])}{more}"
    )


def _different(repository: Repository, commit: str, folder: Path, files: Iterable[str]) -> list[str]:
    """Return the files of a folder that are not as committed, those that only the commit has among them, sorted."""
    real = folder.resolve()
    names = {*files, *_targets(folder, files)}

    def wanted(name: str) -> bool:
        return name in names or name.endswith(_SETTINGS)

    committed = {each.path: each for each in repository.files(commit, real.name, wanted)}
    changed = {name for name in names if not _is_as_committed(real / name, committed.get(name))}
    return [f"{folder.name}/{name}" for name in sorted(changed | (committed.keys() - names))]


def _is_as_committed(path: Path, committed: CommittedFile | None) -> bool:
    if committed is None or path.is_symlink() != committed.is_link:
        return False
    if committed.is_link:
        return os.fsencode(path.readlink()) == committed.content
    content = path.read_bytes()
    return content == committed.content or content.replace(b"\r\n", b"\n") == committed.content


def _targets(folder: Path, files: Iterable[str]) -> Iterator[str]:
    """Yield the files that symlinks among the files lead to, below the folder."""
    real = folder.resolve()
    yield from (
        (folder / file).resolve().relative_to(real).as_posix() for file in files if (folder / file).is_symlink()
    )
