"""What Halo says when it refuses, from any of the forms that it says it in (HaloAPI's New-HaloError)."""

from typing import Any, Final

import msgspec

from reconciler.remote.transport import Answer

_MEMBERS: Final = ("errorMessage", "Message", "error_description", "error", "message")
_MOST: Final = 300


def in_words(answer: Answer) -> str:
    """Return a refusal's text, on one line and not too long."""
    try:
        said = _said(msgspec.json.decode(answer.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = answer.body.decode("utf-8", "replace")
    text = " ".join(said.split()).rstrip(".")
    return text[:_MOST] or f"status {answer.status} without a word"


def _said(value: Any) -> str:
    """Return the text in a decoded body: a text, a member of one, or texts by JSON path."""
    match value:
        case str():
            return value
        case list():
            return "; ".join(map(_said, value))
        case dict():
            named = next((value[name] for name in _MEMBERS if isinstance(value.get(name), str)), None)
            return named or "; ".join(f"{path}: {_said(texts)}" for path, texts in sorted(value.items()))
        case _:
            return str(value)
