"""Lists: filters, order and pages; archived and deleted assets are left out unless they are asked for."""

from json import loads
from typing import Any, Final

from reconciler.simulator.exchange import Call, Reply, json_reply
from reconciler.simulator.snipeit.data import Row, SnipeIt
from reconciler.simulator.snipeit.shapes import SHAPES
from reconciler.simulator.stores.faults import LISTED, Fault, FaultName, Faults

_EXACT: Final = frozenset(
    {
        *("serial", "asset_tag", "status_id", "model_id", "company_id", "location_id", "rtd_location_id"),
        *("email", "username", "employee_num", "category_id", "manufacturer_id", "assigned_to", "name"),
    }
)
_LIKE: Final = frozenset({"name", "asset_tag", "serial", "order_number"})
_PAGING: Final = frozenset({"limit", "offset", "sort", "order"})


def listed(data: SnipeIt, table: str, call: Call, faults: Faults) -> Reply:
    """Answer a list: `total` is of all pages."""
    rows = _sorted([row for row in data.tables[table].values() if _wanted(data, table, row, call.query)], call.query)
    fault = faults.strike(LISTED, call.method, call.path)
    rows, total = _spoilt(rows, fault)
    limit = _number(call.query.get("limit"), 0)
    size = limit if 0 < limit <= data.options.max_results else data.options.max_results
    start = min(_number(call.query.get("offset"), 0), len(rows))
    return json_reply(200, {"total": total, "rows": [SHAPES[table](data, row) for row in rows[start : start + size]]})


def _wanted(data: SnipeIt, table: str, row: Row, query: dict[str, str]) -> bool:
    """Return whether a list shows a row; a filter that Snipe-IT does not know is ignored."""
    deleted = query.get("status") == "Deleted" or query.get("deleted") == "true"
    if bool(row["deleted_at"]) is not deleted and query.get("all") != "true":
        return False
    if table == "hardware" and not deleted and not _of_status(data, row, query):
        return False
    likenesses = _decoded(query.get("filter"))
    if any(text.casefold() not in str(row.get(name) or "").casefold() for name, text in likenesses.items()):
        return False
    exact = {name: text for name, text in query.items() if name in _EXACT or name.startswith("_snipeit_")}
    return all(str(row.get(name) or "") == text for name, text in exact.items() if text and name not in _PAGING)


def _decoded(text: str | None) -> dict[str, str]:
    """Return the filter of a list, which takes what has these texts in it; one that is no JSON takes everything."""
    try:
        found = loads(text or "{}")
    except ValueError:
        return {}
    return {name: str(value) for name, value in found.items() if name in _LIKE} if isinstance(found, dict) else {}


def _of_status(data: SnipeIt, row: Row, query: dict[str, str]) -> bool:
    archived = data.is_archived(row)
    if query.get("status") == "Archived":
        return archived
    return not archived or "status_id" in query or data.options.show_archived_in_list


def _sorted(rows: list[Row], query: dict[str, str]) -> list[Row]:
    """Sort as asked; by default the newest first, where those of one second come in any order."""
    name = query.get("sort", "created_at")
    known = name if rows and name in rows[0] else "created_at"
    return sorted(rows, key=lambda row: (row[known] is not None, row[known]), reverse=query.get("order") != "asc")


def _spoilt(rows: list[Row], fault: Fault | None) -> tuple[list[Row], int]:
    match fault and fault.name:
        case FaultName.EMPTY_LIST:
            return [], 0
        case FaultName.SHORT_LIST:
            left = _without(rows, fault)
            return left, len(left)
        case FaultName.WRONG_TOTAL:
            return rows[:-1], len(rows)
        case FaultName.DUPLICATE:
            return rows + rows[:1], len(rows) + 1
    return rows, len(rows)


def _without(rows: list[Row], fault: Fault | None) -> list[Row]:
    if fault and fault.ids:
        return [row for row in rows if row["id"] not in fault.ids]
    return rows[: -fault.leave_out] if fault else rows


def _number(text: Any, otherwise: int) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        return otherwise
