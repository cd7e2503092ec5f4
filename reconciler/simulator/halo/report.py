"""`POST /Report`: a SELECT over Halo's tables, run inside a derived table and cut at fifty thousand rows.

The tables have the names and the columns of Halo's SQL Server database; SQLite runs the query.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

from reconciler.simulator.halo.data import Halo

_TOP: Final = re.compile(r"^\s*SELECT\s+TOP\s*\(?\s*(\d+)\s*\)?\s", re.IGNORECASE)
_COLUMNS: Final = {
    "DEVICE": "Dsite, ddevnum, Did, Dtype, dinvno, DStatus, dinactive, DIntuneId, DLastUpdate, Dchangeguid",
    "USERDEVICE": "UDdevsite, UDdevnum, uduserid, UDusername",
    "INFO": "Ikind, Isite, Inum, Iseq, idata",
    "FIELD": "Ykind, Yseq, Yname",
    "XTYPE": "TTypenum, tdesc",
    "TSTATUS": "Tstatus, tstatusdesc, TstatusType",
    "DeviceApplications": "DAID, DADID, DADesc, DAVersion",
}


class Reports:
    """Runs reports; the tables are made again when the data changed. Whoever asks holds the data's lock."""

    def __init__(self, data: Halo) -> None:
        self._data = data
        self._version = -1
        self._database: sqlite3.Connection | None = None

    def answer(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """Return a report with its rows, or with `load_error`: a query that fails is answered 200."""
        sql = str(report.get("sql") or "")
        wrong = _refusal(sql)
        if wrong:
            return {"id": 0, "report": {"loaded": False, "load_error": wrong, "rows": []}}
        try:
            rows = self._run(sql)
        except sqlite3.Error as error:
            return {"id": 0, "report": {"loaded": False, "load_error": str(error), "rows": []}}
        return {"id": 0, "report": {"loaded": True, "load_error": "", "rows": rows}}

    def _run(self, sql: str) -> list[dict[str, str | None]]:
        database = self._filled()
        top = _TOP.match(sql)
        if top:
            sql = f"{_TOP.sub('SELECT ', sql, count=1)} LIMIT {top[1]}"
        found = database.execute(f"SELECT * FROM ({sql}) LIMIT {self._data.options.report_rows}")  # noqa: S608 - the point of it
        names = [each[0] for each in found.description]
        return [dict(zip(names, map(_cell, row), strict=True)) for row in found]

    def _filled(self) -> sqlite3.Connection:
        if self._database is None or self._version != self._data.version:
            if self._database:
                self._database.close()
            self._database = sqlite3.connect(":memory:", check_same_thread=False)
            for table, rows in _rows(self._data).items():
                self._database.execute(f"CREATE TABLE {table} ({_COLUMNS[table]})")
                marks = ", ".join("?" * len(_COLUMNS[table].split(",")))
                self._database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - own names
            self._version = self._data.version
        return self._database

    def close(self) -> None:
        """Let the tables go."""
        if self._database:
            self._database.close()
            self._database = None


def _refusal(sql: str) -> str:
    """Return what SQL Server says of a query that cannot stand inside a derived table, or nothing."""
    if not re.match(r"\s*SELECT\s", sql, re.IGNORECASE):
        return "Only SELECT statements can be used in reports."
    if "--" in sql or ";" in sql or "@" in sql:
        return "Incorrect syntax near ')'."
    if re.search(r"\bORDER\s+BY\b", sql, re.IGNORECASE) and not _TOP.match(sql):
        return (
            "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table "
            "expressions, unless TOP, OFFSET or FOR XML is also specified."
        )
    return ""


def _rows(data: Halo) -> dict[str, Iterable[tuple[Any, ...]]]:
    """Return the tables that reports can ask, each with its rows."""
    tables = data.tables
    assets = list(tables["assets"].values())
    return {
        "DEVICE": [
            (
                *(row["site_id"], row["number"], row["id"], row["assettype_id"], row["inventory_number"]),
                *(row["status_id"], int(row["inactive"]), row["intune_id"], row["last_modified"], row["changeguid"]),
            )
            for row in assets
        ],
        "USERDEVICE": [
            (row["site_id"], row["number"], id_, (tables["users"].get(id_) or {}).get("name"))
            for row in assets
            for id_ in row["users"]
        ],
        "INFO": [
            (row["assettype_id"], row["site_id"], row["number"], id_, str(value))
            for row in assets
            for id_, value in row["fields"].items()
            if value not in (None, "")
        ],
        "FIELD": [(0, row["id"], row["name"]) for row in tables["fields"].values()],
        "XTYPE": [(row["id"], row["name"]) for row in tables["types"].values()],
        "TSTATUS": [(row["id"], row["name"], row["kind"]) for row in tables["statuses"].values()],
        "DeviceApplications": [
            (at, row["id"], each.get("name"), each.get("version"))
            for row in assets
            for at, each in enumerate(row["software"])
        ],
    }


def _cell(value: Any) -> str | None:
    return None if value is None else str(value)
