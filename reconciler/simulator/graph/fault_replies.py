"""The replies of the faults that answer instead of the service."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final, assert_never
from urllib.parse import urlencode

from reconciler.simulator.exchange import SIGN_IN, Call, Endpoint, Reply
from reconciler.simulator.faults import Fault, FaultName, RetryForm
from reconciler.simulator.graph.errors import (
    directory_permission_missing,
    entra_error,
    forbidden_for_now,
    graph_error,
    intune_permission_missing,
)
from reconciler.simulator.signin.endpoints import expired

_CODES: Final = {500: "InternalServerError", 502: "BadGateway", 503: "ServiceUnavailable", 504: "GatewayTimeout"}
_PAGE: Final = b"<!DOCTYPE html><html><head><title>Simulated proxy</title></head><body>Not what you asked</body></html>"


def replaced(fault: Fault, endpoint: Endpoint, call: Call, permission: str) -> Reply:
    """Answer as a fault of `REPLACING` has it; `permission` is what the endpoint needs."""
    match fault.name:
        case FaultName.THROTTLE:
            reply = _throttled(fault, endpoint)
        case FaultName.SERVER_ERROR:
            reply = _failed(fault.status or 503, endpoint)
        case FaultName.GET_UNKNOWN:
            reply = _failed(fault.status or 500, endpoint)
        case FaultName.HTML:
            reply = Reply(fault.status or 200, _PAGE, {"Content-Type": "text/html"})
        case FaultName.REDIRECT:
            query = f"?{urlencode(call.query)}" if call.query else ""
            reply = Reply(302, b"", {"Location": f"https://{fault.host}{call.path}{query}"})
        case FaultName.NESTED_ERROR:
            reply = forbidden_for_now()
        case FaultName.MISSING_PERMISSION:
            directory = endpoint in {Endpoint.USERS, Endpoint.USER, Endpoint.ORGANIZATION}
            reply = directory_permission_missing() if directory else intune_permission_missing(permission)
        case FaultName.EXPIRED_TOKEN:
            reply = expired()
        case _:
            raise AssertionError(f"{fault.name} does not answer by itself")
    return reply


def _throttled(fault: Fault, endpoint: Endpoint) -> Reply:
    headers = _retry_after(fault)
    if endpoint in SIGN_IN:
        told = "TenantThrottlingError - There are too many incoming requests."
        reply = entra_error(429, "temporarily_unavailable", 90055, told)
    else:
        reply = graph_error(429, "TooManyRequests", "Too many requests. Please try again later.")
    return Reply(429, reply.body, {**reply.headers, **headers})


def _retry_after(fault: Fault) -> dict[str, str]:
    """Return the headers that ask to wait, in the form that the fault names."""
    match fault.retry_form:
        case RetryForm.SECONDS:
            return {"Retry-After": str(round(fault.retry_after))}
        case RetryForm.DECIMAL:
            return {"Retry-After": f"{fault.retry_after:.3f}"}
        case RetryForm.DATE:
            # In real time, both headers: a client may measure against either clock.
            now = datetime.now(UTC)
            until = format_datetime(now + timedelta(seconds=fault.retry_after), usegmt=True)
            return {"Retry-After": until, "Date": format_datetime(now, usegmt=True)}
        case RetryForm.NONE:
            return {}
        case _ as never:
            assert_never(never)


def _failed(status: int, endpoint: Endpoint) -> Reply:
    if endpoint in SIGN_IN:
        return entra_error(
            status, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again."
        )
    return graph_error(status, _CODES.get(status, "UnknownError"), "The service could not answer, as it was set to.")
