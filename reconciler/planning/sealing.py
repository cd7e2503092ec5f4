"""A plan's canonical bytes, and the digest over them that shows any later change (P2)."""

import hashlib

import msgspec

from reconciler.model.plan import Plan

_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(plan: Plan) -> bytes:
    """Return the plan's canonical JSON: one line and its newline, the same bytes for equal plans."""
    return _ENCODER.encode(plan) + b"\n"


def digest(plan: Plan) -> str:
    """Return the SHA-256 (hex) over the plan's canonical JSON, without newline, with its digest empty."""
    return hashlib.sha256(_ENCODER.encode(msgspec.structs.replace(plan, digest=""))).hexdigest()


def seal(plan: Plan) -> Plan:
    """Return the plan with its digest set; whatever it was before does not matter."""
    return msgspec.structs.replace(plan, digest=digest(plan))
