"""The closed list of transforms (F2)."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from reconciler.planning.rules.transforms import compile_transforms, transformed
from reconciler.settings.mappings.field_mappings import Transform

ADAPTER: TypeAdapter[Any] = TypeAdapter(list[Transform])


@pytest.mark.parametrize(
    ("transforms", "value", "result"),
    [
        (["trim"], "  x ", "x"),
        (["trim"], "   ", None),
        (["upper"], "5cg", "5CG"),
        (["lower"], "5CG", "5cg"),
        (["title"], "ada lovelace", "Ada Lovelace"),
        (["bytesToGigabytes"], 256060514304, 238.47),
        (["bytesToGigabytes"], 1024**3, 1),
        (["bytesToGigabytes"], "many", "many"),
        (["date"], "2026-11-23T08:00:00Z", "2026-11-23"),
        (["boolean"], "Yes", True),
        (["boolean"], 0, False),
        (["boolean"], "perhaps", "perhaps"),
        (["macAddress"], "00155d010a02", "00:15:5D:01:0A:02"),
        (["macAddress"], "00-15-5d-01-0a-02", "00:15:5D:01:0A:02"),
        (["macAddress"], "00155d", "00155d"),
        ([{"replace": {"pattern": "^LT-", "with": ""}}], "LT-12", "12"),
        ([{"replace": {"pattern": "(a)(b)", "with": "\\2\\1"}}], "xabx", "xbax"),
        ([{"replace": {"pattern": ".*", "with": ""}}], "all", None),
        ([{"lookup": {"1": "one"}, "default": "other"}], 1, "one"),
        ([{"lookup": {"1": "one"}, "default": "other"}], 2, "other"),
        ([{"lookup": {"true": 1}}], True, 1),
        ([{"lookup": {"1": "one"}}], 2, None),
        ([{"prefix": "A-"}, {"suffix": "-Z"}], 5, "A-5-Z"),
        ([{"truncate": 3}], "abcdef", "abc"),
        (["trim", "upper", {"prefix": "S-"}], " x ", "S-X"),
        (["trim", {"prefix": "S-"}], "  ", None),
        ([{"lookup": {"x": "y"}}, "upper", {"suffix": "!"}], "z", None),
        ([{"lookup": {"x": ""}}, {"suffix": "!"}], "x", None),
    ],
)
def test_transforms_run_in_order_and_stop_at_an_empty_value(transforms: list[Any], value: Any, result: Any) -> None:
    """What a transform cannot read stays as it is, for the field to judge."""
    found = transformed(compile_transforms(ADAPTER.validate_python(transforms)), value)
    assert (found, type(found)) == (result, type(result))


def test_no_transforms_are_no_steps() -> None:
    """A mapping without transforms costs nothing."""
    assert compile_transforms([]) == ()


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("alice's macbook", "Alice's Macbook"),
        ("2nd floor", "2nd Floor"),
        ("o'neil-smith", "O'neil-Smith"),
        ("\u00e9cole", "\u00c9cole"),
    ],
)
def test_titles_begin_words_alone_with_a_large_letter(text: str, titled: str) -> None:
    """Not what follows an apostrophe, or a digit (F2)."""
    [step] = compile_transforms(TypeAdapter(list[Transform]).validate_python(["title"]))
    assert step(text) == titled
