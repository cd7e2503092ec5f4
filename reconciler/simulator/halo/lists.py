"""Lists: pages of at most a hundred, inactive records only when asked for, and empty ones for whoever may not see."""

from collections.abc import Callable
from typing import Any, Final

from reconciler.simulator.exchange import Call, Reply, json_reply
from reconciler.simulator.halo.data import Halo, Row
from reconciler.simulator.halo.shapes import SHAPES, asset
from reconciler.simulator.stores.faults import LISTED, Fault, FaultName, Faults

BARE: Final = frozenset({"types", "groups", "statuses", "fields", "custom_fields"})
"""Tables that are answered as a bare list, without pages."""


def listed(data: Halo, table: str, call: Call, faults: Faults) -> Reply:
    """Answer a list of one table."""
    rows = [row for row in data.tables[table].values() if _wanted(data, table, row, call.query)]
    if not data.options.agent_sees and table not in BARE:
        rows = []
    rows, total = _spoilt(rows, faults.strike(LISTED, call.method, call.path))
    shape = _shape(data, table, call.query)
    if table in BARE:
        return json_reply(200, [shape(data, row) for row in rows])
    size = min(_number(call.query.get("page_size")) or _number(call.query.get("count")) or 50, data.options.page)
    page = max(_number(call.query.get("page_no")), 1) if call.query.get("pageinate") == "true" else 1
    shown = rows[(page - 1) * size : page * size]
    return json_reply(200, {"record_count": total, table: [shape(data, row) for row in shown]})


def _wanted(data: Halo, table: str, row: Row, query: dict[str, str]) -> bool:
    """Return whether a list shows a row, by the filters that Halo knows."""
    if row["inactive"] and query.get("includeinactive") != "true":
        return False
    if table == "statuses":
        return bool(row["kind"] == 0)
    if table == "users" and query.get("asset_id"):
        holder = data.tables["assets"].get(_number(query["asset_id"])) or {}
        return row["id"] in holder.get("users", ())
    if table == "assets":
        tag = query.get("inventory_number") if data.options.finds_by_tag else None
        kind, text = query.get("assettype_id"), query.get("search")
        return bool(
            (not tag or row["inventory_number"] == tag)
            and (not kind or row["assettype_id"] == _number(kind))
            and (not text or text.lower() in row["inventory_number"].lower())
        )
    return True


def _shape(data: Halo, table: str, query: dict[str, str]) -> Callable[[Halo, Row], Row]:
    if table != "assets":
        return SHAPES[table]
    shows = query.get("includeassetfields") == "true" and (data.options.lists_fields or "assettype_id" in query)
    custom = data.options.lists_custom_fields and "include_custom_fields" in query
    return lambda data, row: asset(data, row, fields=shows, custom=custom)


def _spoilt(rows: list[Row], fault: Fault | None) -> tuple[list[Row], int]:
    match fault and fault.name:
        case FaultName.EMPTY_LIST:
            return [], 0
        case FaultName.SHORT_LIST:
            left = _without(rows, fault) if fault else rows
            return left, len(left)
        case FaultName.WRONG_TOTAL:
            return rows[:-1], len(rows)
        case FaultName.DUPLICATE:
            return rows + rows[:1], len(rows) + 1
    return rows, len(rows)


def _without(rows: list[Row], fault: Fault) -> list[Row]:
    if fault.ids:
        return [row for row in rows if row["id"] not in fault.ids]
    return rows[: -fault.leave_out]


def _number(text: Any) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        return 0
