"""The values that settings refer to, and where they may come from (K4, K8)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reconciler.errors import SecretError
from reconciler.settings.secrets import FromEnvironment, FromFile, Secret

ROOT_VARIABLE: Final = "RECONCILER_SECRETS_DIR"
_SYSTEM_ROOT: Final = Path("/run/secrets")
_MAX_SIZE: Final = 1024 * 1024


def read_secret(reference: Secret, folder: Path, environ: Mapping[str, str]) -> str:
    """Return a secret's value; `folder` is the environment's.

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
        path = (relative_to(folder, environ) / reference.file).resolve(strict=True)
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


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name)
    if value is None:
        raise SecretError(f"The environment variable {name}, which settings name for a secret, is not set. Set it.")
    if not value.strip():
        raise SecretError(f"The environment variable {name}, which settings name for a secret, is empty.")
    return value


def _from_file(file: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Return a secret that a file holds, without its last line end. Raises SecretError when the file holds none."""
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


def relative_to(folder: Path, environ: Mapping[str, str]) -> Path:
    """Return where relative paths of secrets' files begin: at `RECONCILER_SECRETS_DIR`, else in the environment's."""
    own = environ.get(ROOT_VARIABLE)
    return Path(own) if own else folder


def secret_roots(folder: Path, environ: Mapping[str, str]) -> list[Path]:
    """Return the folders that files with secrets may be in; `folder` is the environment's (K8)."""
    own = environ.get(ROOT_VARIABLE)
    return [Path(own).resolve()] if own else [folder.resolve(), _SYSTEM_ROOT]
