"""Report export jobs: asked for, worked on while they are polled, and fetched as a zip from where no token may go.

Like Azure's blobs behind a shared access signature, a download that brings an Authorization header is refused.
"""

import hashlib
import io
import secrets
import zipfile
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from reconciler.simulator.exchange import Call, Endpoint, Reply, decoded, json_reply
from reconciler.simulator.faults import OF_AN_EXPORT, FaultName, Faults
from reconciler.simulator.graph.errors import graph_error, intune_error
from reconciler.simulator.graph.reports import COLUMNS, lines
from reconciler.simulator.tenant.tenant import Tenant

PATH: Final = "/exported-reports/"

_POLLS_UNTIL_DONE: Final = 2
_BOMB: Final = 1024 * 1024
_NEVER: Final = "0001-01-01T00:00:00Z"


@dataclass
class _Job:
    id: str
    report: str
    select: tuple[str, ...]
    faults: tuple[FaultName, ...]
    size: int
    asked_at: str
    polls: int = 0
    file: bytes | None = None

    @property
    def status(self) -> str:
        if self.polls == 0:
            return "notStarted"
        if FaultName.STUCK_EXPORT in self.faults or self.polls < _POLLS_UNTIL_DONE:
            return "inProgress"
        return "failed" if FaultName.FAILED_EXPORT in self.faults else "completed"


class Exports:
    """The export jobs of one tenant; `base` is where Graph and the files are."""

    def __init__(self, tenant: Tenant, base: str, faults: Faults) -> None:
        self._tenant = tenant
        self._base = base
        self._faults = faults
        self._lock = Lock()
        self._jobs: dict[str, _Job] = {}
        self._key = secrets.token_bytes(16)
        self._context = f"{base}/v1.0/$metadata#deviceManagement/reports/exportJobs"

    def answer(self, call: Call, _key: str) -> Reply:
        """Answer the POST that asks for a report, or the GET that lists what was asked for."""
        if call.method == "POST":
            return self._ask(call)
        with self._lock:
            jobs = [self._described(job) for job in self._jobs.values()]
        return json_reply(200, {"@odata.context": self._context, "value": jobs})

    def _ask(self, call: Call) -> Reply:
        """Begin an export job for a report's columns, as Graph answers: 201, or 400 for what it does not know."""
        body = decoded(call.body)
        if not isinstance(body, dict) or not isinstance(body.get("reportName"), str):
            return graph_error(400, "BadRequest", "Empty Payload. JSON content expected.")
        report = body["reportName"]
        if report not in COLUMNS:
            return intune_error(400, "BadRequest", f"PostExportJobAsync not supported for reportType: {report}")
        select = tuple(body.get("select") or COLUMNS[report])
        unknown = next((name for name in select if name not in COLUMNS[report]), None)
        if unknown is not None or body.get("format", "csv") != "csv":
            return intune_error(400, "BadRequest", f"Invalid column or format: {unknown or body.get('format')}")
        struck = self._faults.strike_all(OF_AN_EXPORT, Endpoint.EXPORTS)
        with self._lock:
            number = hashlib.sha256(f"{self._tenant.seed}/{len(self._jobs)}".encode()).hexdigest()
            job = _Job(
                f"{report}_{number[:8]}-{number[8:12]}-4{number[12:15]}-8{number[15:18]}-{number[18:30]}",
                report,
                select,
                tuple(fault.name for fault in struck),
                max((fault.size for fault in struck), default=0),
                f"{self._tenant.now:%Y-%m-%dT%H:%M:%SZ}",
            )
            self._jobs[job.id] = job
        return json_reply(201, {"@odata.context": f"{self._context}/$entity", **self._described(job)})

    def poll(self, _call: Call, key: str) -> Reply:
        """Answer a GET of a job; being asked is what moves it on."""
        job = self._jobs.get(key)
        if job is None:
            return intune_error(404, "ResourceNotFound", "An error has occurred")
        job.polls += 1
        return json_reply(200, {"@odata.context": f"{self._context}/$entity", **self._described(job)})

    def download(self, call: Call) -> Reply:
        """Answer a GET of a finished job's file."""
        if "authorization" in call.headers:
            return _refused(400, "InvalidAuthenticationInfo", "Authentication information is not given in the format.")
        job = self._jobs.get(call.path.removeprefix(PATH).removesuffix(".zip"))
        if job is None or job.status != "completed":
            return _refused(404, "BlobNotFound", "The specified blob does not exist.")
        if call.query.get("sig") != self._signature(job):
            return _refused(403, "AuthenticationFailed", "Server failed to authenticate the request.")
        with self._lock:
            if job.file is None:
                job.file = self._packed(job)
        return Reply(200, job.file, {"Content-Type": "application/octet-stream"})

    def _described(self, job: _Job) -> dict[str, Any]:
        """Return an export job as Graph shows it; its address comes once it is completed."""
        done = job.status == "completed"
        return {
            "id": job.id,
            "reportName": job.report,
            "filter": None,
            "select": job.select,
            "format": "csv",
            "snapshotId": None,
            "localizationType": "localizedValuesAsAdditionalColumn",
            "status": job.status,
            "url": f"{self._base}{PATH}{job.id}.zip?sv=2024-11-04&sr=b&sig={self._signature(job)}" if done else None,
            "requestDateTime": job.asked_at,
            "expirationDateTime": job.asked_at if done else _NEVER,
        }

    def _signature(self, job: _Job) -> str:
        return hashlib.sha256(self._key + job.id.encode()).hexdigest()

    def _packed(self, job: _Job) -> bytes:
        """Return the zip of an export job, with the faults that struck it."""
        faults = job.faults
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            with archive.open(f"{job.id}.csv", "w") as file:
                select = job.select[:-1] if FaultName.EXPORT_COLUMNS in faults else job.select
                for chunk in lines(self._tenant, job.report, select):
                    file.write(chunk)
                if FaultName.ZIP_BOMB in faults:
                    for _ in range(0, job.size, _BOMB):
                        file.write(b"0" * _BOMB)
            if FaultName.TWO_FILES in faults:
                archive.writestr("second.csv", "DeviceId\r\n")
            if FaultName.HUGE_EXPORT in faults:
                archive.writestr("noise.bin", secrets.token_bytes(job.size), zipfile.ZIP_STORED)
        return stream.getvalue()


def _refused(status: int, code: str, message: str) -> Reply:
    """Refuse as Azure's blob storage does, in XML."""
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, body.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code})
