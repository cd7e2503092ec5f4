"""What must not be shown of a settings file: literal secrets, wherever someone put one (K4).

A value is taken for a secret by the name of its key, and a URL by its password. What is masked is replaced character by
character, so that columns and carets stay right.
"""

import re
from typing import Final

MASK: Final = "*"
REFERENCE: Final = "`{env: NAME}`, the name of an environment variable, or `{file: PATH}`"
"""What stands in settings instead of a secret."""

_LOOKED_THROUGH: Final = 1000
_SECRET_NAME = re.compile(r"(?i)secret|pass(word|phrase|wd)|pwd|pfx|token|(private|access|api|account).?key|^key$")
_SECRET_LINE = re.compile(
    r"(?ix) [\w-]*"
    r"(?:secret|pass(?:word|phrase|wd)|pwd|pfx|token|(?:private|access|api|account)[_-]?key|(?<![\w-])key(?![\w-]))"
    r"[\w-]* [\"']? \s* : \s* (?! \{\s*[\"']?(?:env|file)[\"']?\s*: ) (?P<value> \S.* )"
)
_URL_PASSWORD = re.compile(r"[A-Za-z][\w+.-]*://[^\s/:@]*:(?P<value>[^\s]*)@")
_URL_QUERY = re.compile(r"(?i)[?&](?:password|pwd|sslpassword)=(?P<value>[^&\s]+)")
_ENVIRONMENT_NAME = re.compile(
    r"^([A-Za-z_]|\{(environment|connection)\})([A-Za-z0-9_]|\{(environment|connection)\})*$"
)


def hide(text: str, column: int, length: int) -> str:
    """Return text in which a span is masked."""
    return text[:column] + MASK * len(text[column : column + length]) + text[column + length :]


def masked_url(line: str) -> str:
    """Return a line without the passwords of the URLs in it; what comes after a thousand characters is masked."""
    begin, rest = line[:_LOOKED_THROUGH], line[_LOOKED_THROUGH:]
    return _without(begin, _URL_PASSWORD, _URL_QUERY) + MASK * len(rest)


def masked(line: str) -> str:
    """Return a line without anything that looks like a literal secret, for a file that could not be parsed.

    What comes after a thousand characters is masked unseen: no settings are that long, and pasted keys are.
    """
    begin, rest = line[:_LOOKED_THROUGH], line[_LOOKED_THROUGH:]
    return _without(begin, _URL_PASSWORD, _URL_QUERY, _SECRET_LINE) + MASK * len(rest)


def _without(line: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        for match in pattern.finditer(line):
            start, end = match.span("value")
            line = hide(line, start, end - start)
    return line


def names_secret(path: tuple[str | int, ...]) -> bool:
    """Return whether a key on the way to a value says that it holds a secret."""
    return any(isinstance(part, str) and _SECRET_NAME.search(part) for part in path)


def has_password(url: str) -> bool:
    """Return whether a URL has a password in it, also one that is not escaped as it should be."""
    return bool(_URL_QUERY.search(url) or re.search(r"://[^/]*:[^@]*@", url) or _URL_PASSWORD.search(url))


def is_secret(path: tuple[str | int, ...], value: object) -> bool:
    """Return whether the scalar at a path may be a literal secret: below a key that names one, and not a reference."""
    if not names_secret(path) and path[-1] != "credential":
        return isinstance(value, str) and has_password(value)
    if path[-1] == "file":
        return False
    return not (path[-1] == "env" and isinstance(value, str) and _ENVIRONMENT_NAME.match(value))
