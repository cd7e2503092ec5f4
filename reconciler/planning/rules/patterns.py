"""RE2 patterns: their time is linear in the text, whatever a person writes (T3, F2).

Two packages wrap RE2 in a module of one name: google-re2, and pyre2 where that has no wheel (Linux with Python 3.13 or
newer may be musl's).
"""

from typing import Any, Final

import re2

from reconciler.errors import ReconcilerError

if hasattr(re2, "set_fallback_notification"):
    # pyre2 hands what RE2 refuses to Python's own engine, whose time is not linear.
    re2.set_fallback_notification(re2.FALLBACK_EXCEPTION)

Pattern = Any
"""A compiled pattern: `search`, `sub` and `groups` as in Python's `re`."""

_OPTIONS: Final = re2.Options() if hasattr(re2, "Options") else None
if _OPTIONS is not None:
    _OPTIONS.log_errors = False


class PatternError(ReconcilerError):
    """RE2 refuses a pattern; the message is its reason."""


def compiled(pattern: str, *, ignore_case: bool = False) -> Pattern:
    """Return a pattern, compiled.

    PatternError when RE2 refuses it: bad syntax, or what is not linear, such as look-around and back-references.
    """
    text = f"(?i){pattern}" if ignore_case else pattern
    try:
        return re2.compile(text) if _OPTIONS is None else re2.compile(text, _OPTIONS)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise PatternError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from error
