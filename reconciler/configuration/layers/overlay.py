"""An overlay: a folder of settings laid over an environment's, for addresses that no committed file should have."""

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any

from reconciler.configuration.files import Files, read_folder, whole_file
from reconciler.configuration.names import did_you_mean
from reconciler.configuration.parsing.document import Document, Path

_REFERENCE_KEYS = ({"env"}, {"file"})


def read_overlay(overlay: FilePath, name: str, environments: Sequence[str]) -> Files:
    """Return the files that an overlay has for an environment; what is for no environment at all is a problem."""
    folder = overlay / name
    found = read_folder(folder, f"{overlay}/{name}", from_overlay=True) if folder.is_dir() else Files("", folder)
    for path in sorted(overlay.iterdir()):
        if path.name not in environments and not path.name.startswith("."):
            hint = did_you_mean(path.name, environments) or "Its folders are called like the environments."
            found.problems.append(whole_file(str(path), "an overlay has a folder for each environment only", hint))
    return found


def laid_over(below: Document, above: Document) -> Document:
    """Return a document with another's values laid over it: mappings key by key, any other value replaced.

    A reference to a secret is replaced as a whole, so that `{file: …}` can stand in for `{env: …}`.
    """
    places = dict(below.places)
    data = _merged((), below.data, above.data, places, above)
    return Document(below.name, data, places)


def _merged(path: Path, below: Any, above: Any, places: dict[Path, Any], document: Document) -> Any:
    """Return the values above laid over those below: mappings merge, anything else replaces."""
    if not _both_mappings(below, above):
        _replace(path, places, document)
        return above
    merged = dict(below)
    for key, value in above.items():
        here = (*path, key)
        if key in below:
            merged[key] = _merged(here, below[key], value, places, document)
        else:
            merged[key] = value
            _replace(here, places, document)
    return merged


def _both_mappings(below: Any, above: Any) -> bool:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return False
    return set(below) not in _REFERENCE_KEYS and set(above) not in _REFERENCE_KEYS


def _replace(path: Path, places: dict[Path, Any], document: Document) -> None:
    depth = len(path)
    for other in [other for other in places if other[:depth] == path]:
        del places[other]
    places |= {other: place for other, place in document.places.items() if other[:depth] == path}


def cloud_from_overlay(connection: Document) -> bool:
    """Return whether every address of a connection's `cloud` comes from an overlay, none from a committed file (K8)."""
    cloud = connection.value(("cloud",))
    paths: list[Path] = [("cloud", key) for key in cloud] if isinstance(cloud, dict) else [("cloud",)]
    return cloud is not None and all(connection.place(path).source.from_overlay for path in paths)
