"""A plan's canonical bytes, and the digest over them that shows any later change (P2).

A plan of a fleet is a hundred megabytes as JSON, so it is made piece by piece: each is looked through, hashed,
written or compared while it is at hand, and let go before the next. Its reasons, which thousands of attributes share,
stand once in a table at its end; where one is given, there is its number.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from reconciler.model.plan import Plan, Reason

_AT_ONCE: Final = 64
"""Things of a list that are encoded as one piece: some hundred kilobytes."""
_PIECE: Final = 1024 * 1024
_DIGEST: Final = b'"digest"'
"""A plan's last member; before it stands the table of reasons."""

_PLAIN: Final = bytes(range(0x20, 0x7F))
"""Most of what a plan holds, so that little remains to be looked through character by character."""
_INVISIBLE: Final = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What JSON allows as it is and a terminal obeys: control characters beyond ASCII's first, and direction marks."""


class ReasonRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reason as its table has it; that of a binding has no attribute."""

    attribute: str | None = None
    reason: str = ""
    rule: str = ""


class Numbered:
    """Encodes values with reasons as numbers, from 0, in the order in which they are met."""

    def __init__(self) -> None:
        """Know no reason yet."""
        self._numbers: dict[Reason, int] = {}
        self._of_objects: dict[int, tuple[int, Reason]] = {}
        self._encoder = msgspec.json.Encoder(order="deterministic", enc_hook=self._number)

    def canonical(self, value: object) -> bytes:
        """Return a value's canonical JSON, without newline: keys sorted, nothing in it that a terminal obeys."""
        return b"".join(map(_escaped, _cut(self._encoder.encode(value))))

    def table(self) -> tuple[ReasonRow, ...]:
        """Return the reasons that were met, each at the place that is its number."""
        return tuple(ReasonRow(each.attribute, each.words, each.rule) for each in self._numbers)

    def _number(self, reason: Any) -> int:
        # By identity first: most reasons are a few shared objects. The object is kept, so that its id stays its own.
        if (known := self._of_objects.get(id(reason))) is not None:
            return known[0]
        if not isinstance(reason, Reason):
            raise NotImplementedError(f"{type(reason).__name__} is no part of a plan")
        number = self._numbers.setdefault(reason, len(self._numbers))
        self._of_objects[id(reason)] = number, reason
        return number


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value that holds no reasons, without newline."""
    return Numbered().canonical(value)


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
    """Yield a plan's canonical bytes, its reasons as a table just before the digest."""
    numbered = Numbered()
    before = b"{"
    for field in msgspec.structs.fields(plan):
        value = getattr(plan, field.name)
        if value is msgspec.UNSET:
            continue
        name = canonical(field.encode_name)
        if name == _DIGEST:
            yield before + b'"reasons":' + numbered.canonical(numbered.table())
        yield before + name + b":"
        yield from _listed(value, numbered) if isinstance(value, tuple) else [numbered.canonical(value)]
        before = b","
    yield b"}"


def _listed(values: Sequence[object], numbered: Numbered) -> Iterator[bytes]:
    before = b"["
    for start in range(0, len(values), _AT_ONCE):
        yield before + numbered.canonical(values[start : start + _AT_ONCE])[1:-1]
        before = b","
    yield b"]" if values else b"[]"


def encode(plan: Plan) -> bytes:
    """Return the plan's canonical JSON in one piece."""
    return b"".join(pieces(plan))


class PlanDocument(Plan, frozen=True, rename="camel", kw_only=True):
    """A saved plan: a plan, and the table that the number of each reason is a place of, from 0."""

    reasons: tuple[ReasonRow, ...]


def schema_of_reason(_: type) -> dict[str, object]:
    """Return the JSON Schema of a reason where one is given."""
    return {"type": "integer", "minimum": 0, "description": "The place of the reason in `reasons`, from 0."}


class _Table(msgspec.Struct):
    reasons: tuple[ReasonRow, ...]


def decode(data: bytes) -> Plan:
    """Return the plan that canonical JSON holds. Raises msgspec.DecodeError and UnicodeDecodeError."""
    rows = msgspec.json.decode(data, type=_Table).reasons
    reasons = [Reason(row.attribute, row.reason, row.rule) for row in rows]

    def reason(_: type, number: Any) -> Reason:
        if not isinstance(number, int) or not 0 <= number < len(reasons):
            raise ValueError(f"the table of reasons has no {number!r}")
        return reasons[number]

    return msgspec.json.decode(data, type=Plan, dec_hook=reason)


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
    end = data.rindex(b"," + _DIGEST) + len(_DIGEST) + len(b',:"')
    hashed = hashlib.sha256(memoryview(data)[:end])
    hashed.update(b'"}')
    return hashed.hexdigest()
