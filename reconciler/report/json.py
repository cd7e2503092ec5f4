"""A plan, the history and a store's status as JSON for machines; what people gave names is escaped as JSON is."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from reconciler.model.plan import Change, Plan
from reconciler.model.run import Run, RunDetail, StoreStatus
from reconciler.planning import digest as sealing

REPORT_FORMAT: Final = 1


class _History(Struct, rename="camel", kw_only=True):
    format_version: int = REPORT_FORMAT
    runs: tuple[Run, ...]


class _Run(Struct, rename="camel", kw_only=True):
    format_version: int = REPORT_FORMAT
    run: Run
    changes: tuple[Change, ...]


class _Status(Struct, rename="camel", kw_only=True):
    format_version: int = REPORT_FORMAT
    status: StoreStatus


def plan_json(plan: Plan) -> bytes:
    """Return a plan as the saved file holds it, byte for byte: what is saved from stdout can be applied."""
    return sealing.encode(plan)


def history_json(runs: Sequence[Run]) -> bytes:
    """Return runs as `{"formatVersion": 1, "runs": […]}`, with a newline at the end."""
    return pretty(_History(runs=tuple(runs)))


def run_json(detail: RunDetail) -> bytes:
    """Return one run with its changes as `{"formatVersion": 1, "run": {…}, "changes": […]}`, and a newline."""
    return pretty(_Run(run=detail.run, changes=detail.changes))


def status_json(status: StoreStatus) -> bytes:
    """Return a store's status as `{"formatVersion": 1, "status": {…}}`, with a newline at the end."""
    return pretty(_Status(status=status))


def pretty(value: Struct) -> bytes:
    """Return a value as indented JSON, with a newline at the end."""
    return msgspec.json.format(sealing.canonical(value), indent=2) + b"\n"
