"""A plan's canonical bytes, and the digest over them that shows any later change (P2)."""

import hashlib
import re
from collections.abc import Iterator

import msgspec

from reconciler.model.plan import Plan

_PIECE = 1024 * 1024
_ENCODER = msgspec.json.Encoder(order="deterministic")

_INVISIBLE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What JSON allows as it is and a terminal obeys: control characters beyond ASCII's first, and direction marks."""


def canonical(value: object) -> bytes:
    """Return a value's canonical JSON, without newline: keys sorted, nothing in it that a terminal obeys."""
    data = _ENCODER.encode(value)
    if all(map(_is_printable, _pieces(data))):
        return data
    return b"".join(map(_escaped, _pieces(data)))


def _is_printable(data: bytes) -> bool:
    """Say whether nothing in a piece is to be escaped, at a tenth of what looking for it costs."""
    return data.decode().isprintable()


def _escaped(data: bytes) -> bytes:
    if _is_printable(data):
        return data
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found.group()):04x}", data.decode()).encode()


def _pieces(data: bytes) -> Iterator[bytes]:
    """Yield the data piece by piece, cut between characters: a plan of a fleet's software as one text is too large."""
    start = 0
    while start < len(data):
        end = start + _PIECE
        while end < len(data) and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - a byte within a character of UTF-8
            end += 1
        yield data[start:end]
        start = end


def encode(plan: Plan) -> bytes:
    """Return the plan's canonical JSON: one line and its newline, the same bytes for equal plans."""
    return canonical(plan) + b"\n"


def digest(plan: Plan) -> str:
    """Return the SHA-256 (hex) over the plan's canonical JSON, without newline, with its digest empty."""
    return hashlib.sha256(canonical(msgspec.structs.replace(plan, digest=""))).hexdigest()


def seal(plan: Plan) -> Plan:
    """Return the plan with its digest set; whatever it was before does not matter."""
    return msgspec.structs.replace(plan, digest=digest(plan))
