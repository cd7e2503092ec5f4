"""A plan, the history and a store's status as JSON for machines; what people gave names is escaped as JSON is."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from reconciler.model.plan import SettingChange
from reconciler.model.run import Attempt, ConnectionStatus, Run, RunDetail, StoreStatus
from reconciler.planning import digest as sealing

REPORT_FORMAT: Final = 1
RUN_FORMAT: Final = 2
"""Of one run with its changes, whose reasons are in a table as a plan's are."""


class _History(Struct, rename="camel", kw_only=True):
    format_version: int = REPORT_FORMAT
    runs: tuple[Run, ...]


class _Run(Struct, rename="camel", kw_only=True):
    format_version: int = RUN_FORMAT
    run: Run
    changes: msgspec.Raw
    reasons: tuple[sealing.ReasonRow, ...]


class _Attempts(Struct, rename="camel", kw_only=True):
    format_version: int = REPORT_FORMAT
    attempts: tuple[Attempt, ...]


class _Status(Struct, rename="camel", kw_only=True, omit_defaults=True):
    format_version: int
    status: StoreStatus
    connections: tuple[ConnectionStatus, ...] = ()
    pending: tuple[SettingChange, ...] = ()
    paused: tuple[str, ...] = ()
    unconfigured: dict[str, int] = {}


def history_json(runs: Sequence[Run]) -> bytes:
    """Return runs as `{"formatVersion": 1, "runs": […]}`, with a newline at the end."""
    return pretty(_History(runs=tuple(runs)))


def run_json(detail: RunDetail) -> bytes:
    """Return one run with its changes as `{"formatVersion": 2, "run": {…}, "changes": […], "reasons": […]}`."""
    numbered = sealing.Numbered()
    changes = msgspec.Raw(numbered.canonical(detail.changes))
    return pretty(_Run(run=detail.run, changes=changes, reasons=numbered.table()))


def attempts_json(attempts: Sequence[Attempt]) -> bytes:
    """Return attempts as `{"formatVersion": 1, "attempts": […]}`, with a newline at the end (J4)."""
    return pretty(_Attempts(attempts=tuple(attempts)))


def status_json(
    status: StoreStatus,
    *,
    connections: Sequence[ConnectionStatus] = (),
    pending: Sequence[SettingChange] = (),
    paused: Sequence[str] = (),
    unconfigured: Mapping[str, int] | None = None,
) -> bytes:
    """Return a store's status as `{"formatVersion": 1, "status": {…}, …}`, with a newline at the end.

    What the settings add stands beside it where there is any: `connections`, `pending` settings, `paused` connections,
    and how many bindings `unconfigured` tenants have.
    """
    return pretty(
        _Status(
            format_version=REPORT_FORMAT,
            status=status,
            connections=tuple(connections),
            pending=tuple(pending),
            paused=tuple(paused),
            unconfigured=dict(unconfigured or {}),
        )
    )


def pretty(value: Struct) -> bytes:
    """Return a value as indented JSON, with a newline at the end."""
    return msgspec.json.format(sealing.canonical(value), indent=2) + b"\n"
