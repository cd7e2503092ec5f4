"""A plan's canonical bytes, and the digest over them that shows any later change (P2).

A plan of a fleet is hundreds of megabytes as JSON, so it is made piece by piece: each is looked through, hashed,
written or compared while it is at hand, and let go before the next.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from reconciler.model.plan import Plan

_AT_ONCE: Final = 64
"""Things of a list that are encoded as one piece: some hundred kilobytes."""
_PIECE: Final = 1024 * 1024
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_DIGEST: Final = b',"digest":"'
"""What stands before a plan's digest, which is the last of its members."""

_PLAIN: Final = bytes(range(0x20, 0x7F))
"""Most of what a plan holds, so that little remains to be looked through character by character."""
_INVISIBLE: Final = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What JSON allows as it is and a terminal obeys: control characters beyond ASCII's first, and direction marks."""


def canonical(value: object) -> bytes:
    """Return a value's canonical JSON, without newline: keys sorted, nothing in it that a terminal obeys."""
    return b"".join(map(_escaped, _cut(_ENCODER.encode(value))))


def _escaped(data: bytes) -> bytes:
    if data.translate(None, _PLAIN).decode().isprintable():
        return data
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found.group()):04x}", data.decode()).encode()


def _cut(data: bytes) -> Iterator[bytes]:
    """Yield the data piece by piece, cut between characters: much software of one asset as one text is too large."""
    start = 0
    while start < len(data):
        end = start + _PIECE
        while end < len(data) and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - a byte within a character of UTF-8
            end += 1
        yield data[start:end]
        start = end


def pieces(plan: Plan) -> Iterator[bytes]:
    """Yield the plan's canonical JSON piece by piece: one line and its newline, the same bytes for equal plans."""
    yield from _pieces(plan)
    yield b"\n"


def _pieces(plan: Plan) -> Iterator[bytes]:
    before = b"{"
    for field in msgspec.structs.fields(plan):
        value = getattr(plan, field.name)
        if value is msgspec.UNSET:
            continue
        yield before + canonical(field.encode_name) + b":"
        yield from _listed(value) if isinstance(value, tuple) else [canonical(value)]
        before = b","
    yield b"}"


def _listed(values: Sequence[object]) -> Iterator[bytes]:
    before = b"["
    for start in range(0, len(values), _AT_ONCE):
        yield before + canonical(values[start : start + _AT_ONCE])[1:-1]
        before = b","
    yield b"]" if values else b"[]"


def encode(plan: Plan) -> bytes:
    """Return the plan's canonical JSON in one piece."""
    return b"".join(pieces(plan))


def digest(plan: Plan) -> str:
    """Return the SHA-256 (hex) over the plan's canonical JSON, without newline, with its digest empty."""
    hashed = hashlib.sha256()
    for piece in _pieces(msgspec.structs.replace(plan, digest="")):
        hashed.update(piece)
    return hashed.hexdigest()


def with_digest(plan: Plan) -> Plan:
    """Return the plan with its digest set; whatever it was before does not matter."""
    return msgspec.structs.replace(plan, digest=digest(plan))


def is_encoded(plan: Plan, data: bytes) -> bool:
    """Return whether the data is what `encode` returns for the plan."""
    place = 0
    for piece in pieces(plan):
        if not data.startswith(piece, place):
            return False
        place += len(piece)
    return place == len(data)


def digest_of(data: bytes) -> str:
    """Return what `digest` does for the plan whose canonical JSON the data is."""
    end = data.rindex(_DIGEST) + len(_DIGEST)
    hashed = hashlib.sha256(memoryview(data)[:end])
    hashed.update(b'"}')
    return hashed.hexdigest()
