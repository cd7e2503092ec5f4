"""Halo's REST API: lists proven whole, single records, writes of one record, reports in SQL."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from reconciler.errors import LostAnswerError, RefusedError, RemoteError
from reconciler.halo.refusals import in_words
from reconciler.remote.proven import Page, read_whole
from reconciler.remote.transport import Answer, Call, Transport

Row = Mapping[str, Any]
Query = dict[str, str | int]

PAGE: Final = 100
"""More rows than these are silently left out of a page (haloitsm-mcp)."""
ROWS: Final = 20_000
"""How many rows one report asks for; it is cut at 50,000 without a word."""
_LISTS: Final = {"Site": "sites", "Users": "users", "Asset": "assets", "Client": "clients"}
_GOOD: Final = range(200, 300)
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_RIGHTS: Final = {"Report": "edit:reporting", "Users": "edit:customers", "Site": "read:customers"}


class ReportsRefusedError(RemoteError):
    """Halo runs no reports for this application."""


class HaloApi:
    """Asks one Halo; `progress` is given what is read and how many of it were."""

    def __init__(self, transport: Transport, base: str, progress: Callable[[str, int], None]) -> None:
        self._transport = transport
        self._base = f"{base}/api"
        self.progress = progress

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._transport.budget.made

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def get(self, resource: str, **query: str | int) -> Any:
        """Return what a resource holds.

        Raises:
            RemoteError: Halo refuses to be read, or answers with something else.
        """
        return self._good(self._transport.send(self._call("GET", resource, query=query)))

    def one(self, resource: str, id_: str, **query: str | int) -> Row | None:
        """Return one record, or None when Halo has none. Raises RemoteError as `get`."""
        answer = self._transport.send(self._call("GET", f"{resource}/{id_}", query=query))
        if answer.status == _NOT_FOUND:
            _refuse_html(answer)
            return None
        found = self._good(answer)
        if not isinstance(found, dict):
            raise RemoteError(f"{answer.call.name} was answered with something that is no record.")
        return found

    def listed(self, resource: str) -> list[Row]:
        """Return a list that Halo gives whole and bare: types, groups, fields. Raises RemoteError as `get`."""
        found = self.get(resource, includeinactive="true")
        rows = found if isinstance(found, list) else _rows_of(found)
        if rows is None:
            raise RemoteError(f"{self._base}/{resource} was answered with something that is no list.")
        return rows

    def whole(self, resource: str, what: str, **query: str | int) -> list[Row]:
        """Return every record of a list, inactive ones too, proven whole (W2).

        Raises:
            RemoteError: it is not proven, or as `get`.
        """

        def page(read: int) -> Page:
            paging: Query = {"pageinate": "true", "page_no": read // PAGE + 1, "page_size": PAGE}
            found = self.get(resource, **paging, includeinactive="true", includeactive="true", **query)
            rows = _rows_of(found, _LISTS.get(resource))
            if rows is None or not isinstance(found.get("record_count"), int):
                raise RemoteError(f"{self._base}/{resource} was answered without its records or their number.")
            return Page(rows, found["record_count"])

        return read_whole(what, page, progress=lambda count: self.progress(f"{what}", count))

    def send(self, resource: str, body: Row) -> Row:
        """Write one record and return what Halo answers.

        Raises:
            RefusedError: Halo refused it, in its words.
            LostAnswerError: whether it was done is not known.
            RemoteError: the application lacks the right; nothing was done.
        """
        answer = self._transport.send(self._call("POST", resource, body=[body]))
        if answer.status in (_BAD_REQUEST, _NOT_FOUND):
            raise RefusedError(in_words(answer))
        found = self._good(answer, lost=True)
        first = found[0] if isinstance(found, list) and found else found
        if not isinstance(first, dict) or "id" not in first:
            raise LostAnswerError(f"{answer.call.name} was answered {answer.status} without a record")
        return first

    def delete(self, resource: str, id_: str) -> None:
        """Delete one record for good; only what `store prove` made itself."""
        self._good(self._transport.send(self._call("DELETE", f"{resource}/{id_}")))

    def rows(self, select: Callable[[int], str], key: str) -> Iterator[Row]:
        """Yield every row of a report, a part at a time; `select` is given the highest key so far, ascending.

        Raises:
            ReportsRefusedError: Halo runs no reports for this application, or refuses this one.
        """
        after = 0
        while True:
            found = self.report(select(after))
            yield from found
            if len(found) < ROWS:
                return
            after = int(found[-1][key])

    def report(self, sql: str) -> list[Row]:
        """Return the rows of a SELECT; every cell is text. Raises ReportsRefusedError as `rows`."""
        call = self._call("POST", "Report", body=[{"sql": sql, "_loadreportonly": True}], reads=True)
        answer = self._transport.send(call)
        if answer.status not in _GOOD:
            raise ReportsRefusedError(f"it answered {answer.status}: {in_words(answer)}")
        found = answer.json()
        first = found[0] if isinstance(found, list) and found else found
        report = first.get("report") if isinstance(first, dict) else None
        if not isinstance(report, dict) or report.get("load_error") or not isinstance(report.get("rows"), list):
            said = report.get("load_error") if isinstance(report, dict) else "no report"
            raise ReportsRefusedError(f"it answered: {said or 'a report without rows'}")
        rows: list[Row] = report["rows"]
        return rows

    def _call(
        self, method: str, resource: str, *, body: object = None, query: Query | None = None, reads: bool = False
    ) -> Call:
        return Call(method, f"{self._base}/{resource}", body, query, reads=reads)

    def _good(self, answer: Answer, *, lost: bool = False) -> Any:
        """Return what a good answer holds; `lost` says that an unreadable one is a lost one."""
        if answer.status in _GOOD:
            try:
                return answer.json()
            except RemoteError as error:
                raise (LostAnswerError(str(error)) if lost else error) from error
        _refuse_html(answer)
        if answer.status == _FORBIDDEN:
            resource = answer.call.url.removeprefix(f"{self._base}/").partition("/")[0]
            right = _RIGHTS.get(resource, "edit:assets" if answer.call.writes else "read:assets")
            raise RemoteError(
                f"{answer.call.name} was refused: {in_words(answer)}. Give the application {right} in Configuration > "
                "Integrations > Halo API, and its agent a role that allows it."
            )
        raise RemoteError(f"{answer.call.name} was answered {answer.status}: {in_words(answer)}.")


def _refuse_html(answer: Answer) -> None:
    """Raise RemoteError for a page where JSON should be: an address that is not Halo's."""
    if "json" not in answer.headers.get("content-type", "json") and answer.body.lstrip()[:1] == b"<":
        answer.json()


def _rows_of(found: Any, name: str | None = None) -> list[Row] | None:
    """Return the records of an envelope, by its key or as the only list that it holds; None when there are none."""
    if not isinstance(found, dict):
        return None
    if name and isinstance(found.get(name), list):
        found = {name: found[name]}
    lists: list[list[Row]] = [each for each in found.values() if isinstance(each, list)]
    return lists[0] if len(lists) == 1 else None
