"""The export job behind the report of detected software: asked for, polled, asked for again when stuck (G8).

1. The columns are always named: Microsoft's default ones change.
2. A job is polled until its deadline. One that is stuck or has failed is asked for again, three times in all: Graph
   strands jobs in `inProgress` now and then, and the next one nearly always succeeds.
3. The file is fetched without a token: its address holds a signature of its own.
"""

from typing import BinaryIO, Final
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from reconciler.errors import GraphError
from reconciler.intune.http.error_replies import Reply, one_line
from reconciler.intune.http.graph import Graph, not_understood
from reconciler.intune.parts.devices import PERMISSION
from reconciler.intune.parts.software_csv import COLUMNS

REPORT: Final = "AppInvRawData"
SUBMISSIONS: Final = 3
DEADLINE: Final = 240.0

_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 5.0
_DONE: Final = "completed"
_FAILED: Final = "failed"


class _Job(Struct):
    id: str
    status: str = "unknown"
    url: str | None = None


_JOB: Final = msgspec.json.Decoder(_Job)


def fetch_report(graph: Graph, file: BinaryIO) -> None:
    """Write the report's zip to a file.

    Raises GraphError, UnreachableError and SignInError.
    """
    url = f"{graph.base}/v1.0/deviceManagement/reports/exportJobs"
    body = {"reportName": REPORT, "format": "csv", "select": COLUMNS}
    whys: list[str] = []
    while len(whys) < SUBMISSIONS:
        job = _job(url, graph.post(url, body, permission=PERMISSION))
        job = _finished(graph, f"{url}('{quote(job.id, safe='')}')", job)
        if job.status == _DONE:
            _fetch(graph, job, file)
            return
        stuck = f"was still {one_line(job.status, 40)} after {DEADLINE:.0f} s"
        whys.append("failed" if job.status == _FAILED else stuck)
    raise GraphError(
        f"The export of {REPORT} was asked for {SUBMISSIONS} times, and each time it came to nothing: it "
        f"{', then it '.join(whys)}. Try again later, or use `via: detected-apps`."
    )


def _finished(graph: Graph, url: str, job: _Job) -> _Job:
    """Poll a job until it is completed or failed, or its deadline has passed."""
    budget = graph.budget
    end, wait = budget.pace.monotonic() + DEADLINE, _FIRST_WAIT
    while job.status not in (_DONE, _FAILED) and budget.pace.monotonic() < end:
        budget.wait(wait, f"The export of {REPORT} is not ready ({one_line(job.status, 40)})")
        wait = min(wait * 2, _LONGEST_WAIT)
        job = _job(url, graph.get(url, permission=PERMISSION))
    return job


def _job(url: str, reply: Reply) -> _Job:
    try:
        return _JOB.decode(reply.body)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise not_understood(url, reply) from error


def _fetch(graph: Graph, job: _Job, file: BinaryIO) -> None:
    parts = urlsplit(job.url or "")
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise GraphError(f"The export of {REPORT} is completed, but its file has no https address; it is not fetched.")
    graph.download(job.url or "", file)
