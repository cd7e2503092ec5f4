"""A plan's canonical bytes and its digest (P2)."""

import hashlib

import msgspec
import pytest
from msgspec.structs import replace

from reconciler.model.plan import Action, Attribute, Change, Plan, Subject
from reconciler.planning import digest as sealing
from reconciler.planning.digest import canonical, digest, encode, with_digest

PLAN = Plan(
    tool_version="1",
    instance="prod",
    settings_digest="s",
    settings_commit=None,
    store_id=None,
    store_revision="",
    made_at="t",
)


def test_a_seal_breaks_with_any_change() -> None:
    """The digest is over everything but itself, and equal plans have equal bytes (P2)."""
    sealed = with_digest(PLAN)
    assert sealed.digest == digest(sealed) == digest(PLAN)
    assert with_digest(sealed) == sealed
    assert digest(replace(sealed, made_at="u")) != sealed.digest
    assert encode(sealed) == encode(with_digest(PLAN))
    assert encode(sealed).endswith(b"\n")


def test_a_plan_larger_than_a_piece_is_cut_between_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters of every length come out as they are, and what a terminal obeys escaped, wherever the cuts fall."""
    text = "aé漢😀\u202e\x7f\ufeff" * 50
    whole = canonical({"text": text})
    assert whole.decode() == '{"text":"' + "aé漢😀\\u202e\\u007f\\ufeff" * 50 + '"}'
    for size in range(1, 9):
        monkeypatch.setattr(sealing, "_PIECE", size)
        assert canonical({"text": text}) == whole


@pytest.mark.parametrize("number", [0, 1, 63, 64, 65, 128, 129])
def test_a_plan_made_piece_by_piece_is_the_one_line_that_it_is_as_a_whole(number: int) -> None:
    """Wherever the pieces of its lists end, also its digest is that of the whole and found in its bytes."""
    changes = tuple(
        Change(
            subject=Subject.ASSET,
            action=Action.CREATE,
            name=f"AST-{place:06}",
            label="\u202e",
            attributes=(Attribute.of("site", None, "“Leeds”,]", ',"digest":"', "A1"),),
            match={"serialNumber": "S", "name": "N"},
        )
        for place in range(number)
    )
    plan = replace(PLAN, changes=changes)
    head, _, digest_ = msgspec.json.encode(plan, order="deterministic", enc_hook=lambda _: 0).rpartition(b',"digest"')
    reasons = b'[{"attribute":"site","reason":",\\"digest\\":\\"","rule":"A1"}]' if number else b"[]"
    whole = head.replace("\u202e".encode(), b"\\u202e") + b',"reasons":' + reasons + b',"digest"' + digest_
    sealed = with_digest(plan)
    assert encode(plan) == whole + b"\n"
    assert sealed.digest == hashlib.sha256(whole).hexdigest() == sealing.digest_of(encode(sealed))
    assert sealing.is_encoded(sealed, encode(sealed))
    assert not sealing.is_encoded(sealed, encode(sealed) + b"\n")
    assert not sealing.is_encoded(sealed, encode(sealed)[:-1])
