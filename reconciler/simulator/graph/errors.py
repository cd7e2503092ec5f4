"""Graph's and Entra's ways of saying no, in the bodies that the services send."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from reconciler.simulator.exchange import Reply, json_reply

_NO_TRACE: Final = "00000000-0000-4000-8000-000000000000"


def graph_error(status: int, code: str, message: str, **headers: str) -> Reply:
    """Refuse as Graph does; the ids inside `innerError` are added with the reply's headers."""
    return json_reply(status, {"error": {"code": code, "message": message}}, **headers)


def intune_error(status: int, code: str, message: str) -> Reply:
    """Refuse as Intune does behind Graph: `message` is itself JSON text, with an internal URL in it.

    Shape as reported in microsoft-authentication-library-for-js#7007 and msgraph-sdk-powershell#2081.
    """
    told = (
        f"{message} - Operation ID (for customer support): {_NO_TRACE} - Activity ID: {_NO_TRACE} - Url: "
        "https://fef.simulated.manage.microsoft.example/DeviceFE/StatelessDeviceFEService/deviceManagement"
    )
    nested = {
        "_version": 3,
        "Message": told,
        "CustomApiErrorPhrase": "",
        "RetryAfter": None,
        "ErrorSourceService": "",
        "HttpHeaders": "{}",
    }
    return graph_error(status, code, msgspec.json.format(msgspec.json.encode(nested), indent=2).decode())


def forbidden_for_now() -> Reply:
    """Refuse for no reason: the intermittent 403 whose message is JSON.

    Seen in microsoft-authentication-library-for-js#7007 and #7011.
    """
    nested = {"ErrorCode": "Forbidden", "Message": '{"Message":"Forbidden"}', "Target": None, "Details": None}
    return graph_error(403, "UnknownError", msgspec.json.encode(nested).decode())


def intune_permission_missing(permission: str) -> Reply:
    """Refuse with Intune's 403 for a token without the role."""
    told = (
        "Application is not authorized to perform this operation. "
        f"Application must have one of the following scopes: {permission}"
    )
    return intune_error(403, "Forbidden", told)


def directory_permission_missing() -> Reply:
    """Refuse with Entra's 403, for users and the organisation."""
    return graph_error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def entra_error(status: int, error: str, number: int, message: str) -> Reply:
    """Refuse as Entra's sign-in does, AADSTS number and all; the time is the real one, as tokens live by it."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    told = f"AADSTS{number}: {message} Trace ID: {_NO_TRACE} Correlation ID: {_NO_TRACE} Timestamp: {now}"
    return json_reply(
        status,
        {
            "error": error,
            "error_description": told,
            "error_codes": [number],
            "timestamp": now,
            "trace_id": _NO_TRACE,
            "correlation_id": _NO_TRACE,
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        },
    )
