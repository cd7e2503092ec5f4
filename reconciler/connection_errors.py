"""What went wrong below HTTP, worked out from the exceptions that requests and urllib3 nest into each other."""

import ssl
from collections.abc import Iterator
from enum import Enum, auto

import requests
from urllib3.exceptions import NameResolutionError


class Failure(Enum):
    """Whether trying again may help."""

    DROPPED = auto()
    """The connection was made, and ended or fell silent."""
    UNCONNECTED = auto()
    """No connection was made."""
    HOPELESS = auto()
    """The next try would end the same way."""


def failure(error: OSError, host: str) -> tuple[Failure, str]:
    """Say what kind of failure it is, and why, as words without a full stop.

    The innermost cause says most; requests' own class is asked after it.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure.HOPELESS, _untrusted(cause, host)
        if isinstance(cause, NameResolutionError):
            return Failure.UNCONNECTED, f"the name of {host} is not known; check the address and the network"
        if isinstance(cause, ConnectionRefusedError):
            return Failure.UNCONNECTED, f"{host} refused the connection; check the address and the network"
    return _by_class(error, host)


def _by_class(error: OSError, host: str) -> tuple[Failure, str]:
    """Return what kind of failure an exception of requests' is, and the words for it."""
    match error:
        case requests.exceptions.ProxyError():
            return Failure.UNCONNECTED, f"the proxy gave no way to {host}; check HTTPS_PROXY and NO_PROXY"
        case requests.ConnectTimeout():
            return Failure.UNCONNECTED, f"{host} could not be connected to in time"
        case requests.Timeout():
            return Failure.DROPPED, f"{host} said nothing for too long"
        case requests.ConnectionError() | requests.exceptions.ChunkedEncodingError():
            return Failure.DROPPED, f"the connection to {host} was dropped"
        case requests.RequestException():
            return Failure.HOPELESS, f"the request could not be made or read ({type(error).__name__})"
    # Not one of requests' own: it raises a bare OSError for a CA bundle that is not there.
    return Failure.HOPELESS, str(error).rstrip(".")


def _untrusted(error: ssl.SSLCertVerificationError, host: str) -> str:
    return (
        f"the certificate of {host} is not trusted ({error.verify_message}). If a proxy opens TLS on the way, or the "
        f"host is a simulator, set REQUESTS_CA_BUNDLE to the file of its CA"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and everything nested in it, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
