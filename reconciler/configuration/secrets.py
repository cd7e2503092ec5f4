"""The values that settings refer to, and where they may come from (K4, K8)."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import SecretError
from reconciler.settings.instance import InstanceFile
from reconciler.settings.secrets import FromEnvironment, FromFile, Secret

ROOT_VARIABLE: Final = "RECONCILER_SECRETS_DIR"
_SYSTEM_ROOT: Final = Path("/run/secrets")
_MAX_SIZE: Final = 1024 * 1024
_SQLITE: Final = "sqlite:///"


def read_secret(reference: Secret, folder: Path, environ: Mapping[str, str]) -> str:
    """Return a secret's value; `folder` is the environment's, which relative paths of files start from.

    SecretError names the variable or the file, and never the value.
    """
    match reference:
        case FromEnvironment(env=name):
            return _from_environment(name, environ)
        case FromFile(file=file):
            return _from_file(file, folder, environ)


def secret_path(reference: FromFile, folder: Path, environ: Mapping[str, str]) -> Path:
    """Return the path of a secret's file below one of the folders that it may be in (K8); SecretError otherwise."""
    try:
        path = (folder / reference.file).resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise SecretError(f"The file {reference.file}, which settings name for a secret, does not exist.") from error
    roots = secret_roots(folder, environ)
    if not any(path.is_relative_to(root) for root in roots):
        raise SecretError(
            f"The file {reference.file}, which settings name for a secret, is outside of "
            f"{' and '.join(str(root) for root in roots)}. Put it there, or name its folder in {ROOT_VARIABLE}."
        )
    if not path.is_file():
        raise SecretError(f"{reference.file}, which settings name for a secret, is not a file.")
    return path


def store_url(instance: InstanceFile, environments: Path, environ: Mapping[str, str]) -> str:
    """Return the URL of the store, or of the ledger beside a remote one.

    A relative SQLite path is made absolute, from the folder that holds `environments`.

    SecretError when the URL is a reference whose value can not be had, or when a SQLite URL names no file.
    """
    url = instance.store.database or ""
    if isinstance(url, FromEnvironment | FromFile):
        url = read_secret(url, environments / instance.name, environ)
    if not url.startswith("sqlite:"):
        return url
    path, _, query = url.removeprefix(_SQLITE).partition("?")
    if not url.startswith(_SQLITE) or path in ("", ":memory:"):
        raise SecretError("The store's SQLite URL names no file. Write it as sqlite:///var/prod.db.")
    whole = Path(os.path.abspath(environments)).parent / path  # noqa: PTH100  a symlinked environments/ stays where it is
    return f"{_SQLITE}{whole}" + (f"?{query}" if query else "")


def shown_url(url: str) -> str:
    """Return a store's URL without user, password and options, for messages."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name)
    if value is None:
        raise SecretError(f"The environment variable {name}, which settings name for a secret, is not set. Set it.")
    if not value.strip():
        raise SecretError(f"The environment variable {name}, which settings name for a secret, is empty.")
    return value


def _from_file(file: str, folder: Path, environ: Mapping[str, str]) -> str:
    path = secret_path(FromFile(file=file), folder, environ)
    try:
        if path.stat().st_size > _MAX_SIZE:
            raise SecretError(f"The file {file}, which settings name for a secret, is too large to be one.")
        value = path.read_bytes().decode()
    except OSError as error:
        raise SecretError(f"The file {file}, which settings name for a secret: {error.strerror}.") from error
    except UnicodeDecodeError:
        # Without the cause: its message quotes what was read.
        raise SecretError(f"The file {file}, which settings name for a secret, is not UTF-8 text.") from None
    value = value.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise SecretError(f"The file {file}, which settings name for a secret, is empty.")
    return value


def secret_roots(folder: Path, environ: Mapping[str, str]) -> list[Path]:
    """Return the folders that files with secrets may be in; `folder` is the environment's (K8)."""
    own = environ.get(ROOT_VARIABLE)
    return [Path(own).resolve()] if own else [folder.resolve(), _SYSTEM_ROOT]
