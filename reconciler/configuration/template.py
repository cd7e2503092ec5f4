"""A starting point for settings of one's own: the example environments, their schemas, and what Git should not keep."""

from pathlib import Path
from typing import Final

from reconciler.configuration import schemas
from reconciler.errors import ReconcilerError

_GITIGNORE: Final = "# Stores and what is written beside them.\nvar/\n"
_SHOWN: Final = 3


def start(folder: Path) -> list[Path]:
    """Write a starting point into a folder, which is made when missing, and return the files, sorted.

    ReconcilerError, and nothing written, when one of the files is there already; when one cannot be written.
    """
    files = {folder / name: content for name, content in _contents().items()}
    there = sorted(str(path) for path in files if path.exists() or path.is_symlink())
    if there:
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        raise ReconcilerError(
            f"{', '.join(there[:_SHOWN])}{more} are there already, and are not overwritten. Nothing was written; name "
            "another folder."
        )
    try:
        for path, content in sorted(files.items()):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(content)
    except OSError as error:
        raise ReconcilerError(f"{error.filename} cannot be written: {error.strerror}. Name another folder.") from error
    return sorted(files)


def _contents() -> dict[str, bytes]:
    folder, published = examples(), schemas.folder()
    contents = {f"environments/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*.yaml")}
    contents |= {f"schemas/{path.name}": path.read_bytes() for path in published.glob("*.json")}
    return contents | {".gitignore": _GITIGNORE.encode()}


def examples() -> Path:
    """Return the folder of the example environments: the package's own, else the checkout's."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "environments"
    return installed if installed.is_dir() else package.parent / "environments"
