"""Files that settings name for secrets, and that secrets may not come from: refused before anything is read (K8)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from reconciler.configuration.files import kind_of
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.secrets import ROOT_VARIABLE, relative_to, secret_roots

_WITH_SECRETS: Final = frozenset({"instance.yaml", "connection.yaml"})


def outside(documents: Iterable[Document], folder: Path, environ: Mapping[str, str]) -> Iterator[SettingsProblem]:
    """Yield a problem for each `{file: PATH}` outside of the folders of secrets, whether or not the file exists.

    `folder` is the environment's.
    """
    roots, begin = secret_roots(folder, environ), relative_to(folder, environ)
    for document in documents:
        for path in document.places if kind_of(document.name) in _WITH_SECRETS else ():
            file = document.value(path)
            if path[-1:] != ("file",) or not isinstance(file, str) or document.value(path[:-1]) != {"file": file}:
                continue
            if not _is_below(begin / file, roots):
                yield document.problem(
                    path,
                    "a file outside of the folders that secrets are read from",
                    expected=_expected(environ),
                    hint=f"Put it there, or name its folder in the environment variable {ROOT_VARIABLE}.",
                    rule="K8",
                )


def _is_below(path: Path, roots: Iterable[Path]) -> bool:
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):
        return False
    return any(real.is_relative_to(root) for root in roots)


def _expected(environ: Mapping[str, str]) -> str:
    if environ.get(ROOT_VARIABLE):
        return f"a file below the folder that {ROOT_VARIABLE} names"
    return "a file below the environment's folder or /run/secrets"
