"""A plan's canonical bytes and its digest (P2)."""

import pytest
from msgspec.structs import replace

from reconciler.model.plan import Plan
from reconciler.planning import sealing
from reconciler.planning.sealing import canonical, digest, encode, seal


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


def test_a_plan_larger_than_a_piece_is_cut_between_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters of every length come out as they are, and what a terminal obeys escaped, wherever the cuts fall."""
    text = "aé漢😀\u202e\x7f\ufeff" * 50
    whole = canonical({"text": text})
    assert whole.decode() == '{"text":"' + "aé漢😀\\u202e\\u007f\\ufeff" * 50 + '"}'
    for size in range(1, 9):
        monkeypatch.setattr(sealing, "_PIECE", size)
        assert canonical({"text": text}) == whole
