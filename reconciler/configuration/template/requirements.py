"""The `requirements.txt` of a settings repository: this version and what it needs, pinned with hashes."""

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Final

import reconciler

NAME: Final = "it-asset-reconciler"
_PATIENCE: Final = 60.0


def requirements() -> str:
    """Return the file's text; when this version's own hash cannot be found out, its line is a comment that says so."""
    pinned = files(__package__).joinpath("files/requirements.txt").read_text("utf-8")
    own = f"{NAME}=={reconciler.__version__}"
    if digest := _own_digest(own):
        line = f"{own} \\\n    --hash=sha256:{digest}\n"
    else:
        line = (
            f"# {own}: its hash is not known here. Where a package index is reached, run\n"
            f"#   pip download --no-deps {own} && pip hash it_asset_reconciler-*.whl\n"
            f"# and write:  {own} --hash=sha256:…\n"
        )
    return f"# Written by `reconciler init`: versions and hashes of one tested release.\n{line}{pinned}"


def _own_digest(requirement: str) -> str | None:
    """Return the SHA-256 of the wheel that this program was installed from, None when that is not known.

    pip keeps it where the wheel came from a file or an address (PEP 610). From an index it keeps nothing, so the index
    is asked once more, and what it has counts only if it holds what is installed here.
    """
    try:
        installed = metadata.distribution(NAME)
    except metadata.PackageNotFoundError:
        return None
    if origin := installed.read_text("direct_url.json"):
        digest: str | None = json.loads(origin).get("archive_info", {}).get("hashes", {}).get("sha256")
        return digest
    with tempfile.TemporaryDirectory() as folder:
        wheel = _downloaded(requirement, Path(folder))
        if wheel is None or _listed(_record(wheel)) != _listed(installed.read_text("RECORD") or ""):
            return None
        return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _downloaded(requirement: str, folder: Path) -> Path | None:
    """Return the wheel that the package index has, if pip is here and reaches one."""
    command = [sys.executable, "-I", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    try:
        subprocess.run(  # noqa: S603 - our own words, and -I keeps the folder's modules out
            [*command, "--dest", folder, requirement],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return next(folder.glob("*.whl"), None)


def _record(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/RECORD"))
        return archive.read(name).decode()


def _listed(record: str) -> set[str]:
    """Return the package's own files with their hashes; an installation lists its scripts and caches besides."""
    return {line for line in record.splitlines() if line.startswith("reconciler/") and "__pycache__" not in line}
