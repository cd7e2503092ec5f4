"""A plan's canonical bytes and its digest (P2)."""

from msgspec.structs import replace

from reconciler.model.plan import Plan
from reconciler.planning.sealing import digest, encode, seal


def test_a_seal_breaks_with_any_change() -> None:
    """The digest is over everything but itself, and equal plans have equal bytes (P2)."""
    plan = Plan(
        tool_version="1",
        instance="prod",
        settings_digest="s",
        settings_commit=None,
        store_id=None,
        store_revision="",
        made_at="t",
    )
    sealed = seal(plan)
    assert sealed.digest == digest(sealed) == digest(plan)
    assert seal(sealed) == sealed
    assert digest(replace(sealed, made_at="u")) != sealed.digest
    assert encode(sealed) == encode(seal(plan))
    assert encode(sealed).endswith(b"\n")
