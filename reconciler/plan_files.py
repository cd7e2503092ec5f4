"""A saved plan to and from one file: its canonical bytes, refused when a single one of them has changed (P2)."""

from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler import __version__
from reconciler.errors import PlanFileError, ReconcilerError
from reconciler.model.plan import PLAN_FORMAT, Plan
from reconciler.planning import digest as sealing
from reconciler.whole_file import whole_file

_PLAN_AGAIN = "Make it again with `reconciler plan ENV -o FILE`."


class _Header(Struct, rename="camel"):
    """What distinguishes a plan from other JSON, and one format version from another."""

    format_version: int
    tool_version: str
    instance: str


def write_plan(plan: Plan, path: Path) -> None:
    """Write a sealed plan, whole or not at all, readable by its owner only. Raises ReconcilerError."""
    try:
        with whole_file(path) as stream:
            stream.writelines(sealing.pieces(plan))
    except OSError as error:
        raise ReconcilerError(
            f"The plan could not be written to {path}: {error.strerror}. Nothing was changed; name another file."
        ) from error


def read_plan(path: Path) -> Plan:
    """Return the plan that a file holds.

    Raises PlanFileError when it cannot be read, is no plan, is of another format version, was cut short, or differs
    in any byte from what was saved.
    """
    data = _read(path)
    _check_whole(path, data)
    try:
        plan = sealing.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _check_version(path, _header(path, data))
        raise _changed(path, str(error)) from error
    _check_version(path, plan)
    if not sealing.is_encoded(plan, data):
        raise _changed(path, "its layout is not the one that was saved, or it holds a key that no plan has")
    if sealing.digest_of(data) != plan.digest:
        raise _changed(path, "its digest is not the one of its content")
    return plan


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlanFileError(
            f"The plan {path} cannot be read: {error.strerror}. Name a file that `reconciler plan ENV -o FILE` wrote."
        ) from error


def _check_whole(path: Path, data: bytes) -> None:
    """Raise PlanFileError when the data begins as a plan does and does not end as one."""
    if data.startswith(b'{"formatVersion":') and not data.endswith(b"}\n"):
        raise PlanFileError(
            f"The plan {path} is cut short: it ends after {len(data):,} bytes, in the middle. Copy it again from where "
            f"it was made. {_PLAN_AGAIN}"
        )


def _header(path: Path, data: bytes) -> _Header:
    """Return the header of what is, or once was, a plan of some format version. Raises PlanFileError."""
    try:
        return msgspec.json.decode(data, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PlanFileError(
            f"{path} is not a saved plan ({_what(data, error)}). Name a file that `reconciler plan ENV -o FILE` wrote."
        ) from error


def _check_version(path: Path, header: _Header | Plan) -> None:
    """Raise PlanFileError unless the header is of this format version."""
    if header.format_version != PLAN_FORMAT:
        raise PlanFileError(
            f"The plan {path} has format version {header.format_version} (written by reconciler "
            f"{header.tool_version}); this is reconciler {__version__}, which reads version {PLAN_FORMAT}. Apply it "
            f"with the version that made it, or make it again with this one: `reconciler plan ENV -o FILE`."
        )


def _what(data: bytes, error: Exception) -> str:
    """Say what a file is instead of a plan, where that is easily seen."""
    if not data.strip():
        return "it is empty"
    if data.startswith((b"\x1f\x8b", b'{"format":"reconciler-recording"')):
        return "it looks like a recording, which `--recording FILE` takes"
    return f"as a plan: {error}"


def _changed(path: Path, how: str) -> PlanFileError:
    return PlanFileError(
        f"The plan {path} is not as it was saved: {how}. A plan is applied exactly as it was reviewed, so it is "
        f"refused. {_PLAN_AGAIN}"
    )
