"""Values: how they match, which never do, and what fits a field (M2, M3, F4)."""

import pytest

from reconciler.planning.rules.identity import is_worthless, matching_form, worthless_forms
from reconciler.planning.rules.values import as_text, fit
from reconciler.settings.catalogue import FieldType
from reconciler.settings.fields import AssetField


@pytest.mark.parametrize(
    "serial",
    [
        "",
        "0",
        "00000000",
        "XXXX",
        "To be filled by O.E.M.",
        "TobefilledbyO.E.M.",
        "System Serial Number",
        "Default string",
        "N/A",
        "none",
        "Not Specified",
        "0123456789",
        "............",
        "---",
        "Demo-Unit",
    ],
)
def test_placeholders_never_match(serial: str) -> None:
    """M3: what firmware gives to many machines, one character repeated, and what the settings ignore."""
    assert is_worthless(matching_form(serial), worthless_forms(["demo unit"]))


@pytest.mark.parametrize("serial", ["5CG1234XYZ", "VMware-42 1d", "20", "X-Y"])
def test_serial_numbers_match(serial: str) -> None:
    """Anything else is worth a match."""
    assert not is_worthless(matching_form(serial), worthless_forms([]))


def test_values_match_without_case_and_spaces() -> None:
    """M2: trimmed, case folded as Unicode does, spaces inside removed."""
    assert [matching_form(each) for each in (" 5cg 12\t", "STRASSE", "straße", None, 12, True)] == [
        "5cg12",
        "strasse",
        "strasse",
        "",
        "12",
        "true",
    ]


def test_values_as_text() -> None:
    """Whole floats have no decimals, booleans are words, nothing is empty text."""
    assert [as_text(each) for each in (None, True, False, 3.0, 2.5, "x", 7)] == [
        "",
        "true",
        "false",
        "3",
        "2.5",
        "x",
        "7",
    ]


FITTING = [
    (FieldType.TEXT, "abc", "abc"),
    (FieldType.TEXT, 5, "5"),
    (FieldType.TEXT, "", None),
    (FieldType.TEXT, None, None),
    (FieldType.NUMBER, "2.50", 2.5),
    (FieldType.NUMBER, 3.0, 3),
    (FieldType.NUMBER, " 4 ", 4),
    (FieldType.INTEGER, "9007199254740993", 9007199254740993),
    (FieldType.INTEGER, "8.0", 8),
    (FieldType.BOOLEAN, "Yes", True),
    (FieldType.BOOLEAN, 0, False),
    (FieldType.BOOLEAN, False, False),
    (FieldType.DATE, "2026-11-23T08:00:00Z", "2026-11-23"),
    (FieldType.DATE, "2026-11-23", "2026-11-23"),
    (FieldType.DATETIME, "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
    (FieldType.DATETIME, "2026-11-23T08:00:00.123+02:00", "2026-11-23T06:00:00Z"),
    (FieldType.DATETIME, "0900-01-01", "0900-01-01T00:00:00Z"),
    (FieldType.CHOICE, "one", "one"),
]


@pytest.mark.parametrize(("kind", "value", "held"), FITTING)
def test_a_value_is_held_as_its_field_holds_it(kind: FieldType, value: object, held: object) -> None:
    """Numbers, dates and words are brought to one form each; empty text is empty."""
    assert fit(AssetField("f", "F", kind, max_length=30, choices=("one", "two")), value) == held


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (FieldType.TEXT, "abcdef", "it has 6 characters and the field holds 5"),
        (FieldType.TEXT, "a\x00", "it has a NUL character in it"),
        (FieldType.CHOICE, "three", "it is none of the field's choices (one, two)"),
        (FieldType.NUMBER, "many", "it is not a number"),
        (FieldType.NUMBER, "nan", "it is not a number"),
        (FieldType.NUMBER, float("inf"), "it is not a number"),
        (FieldType.NUMBER, "9" * 400, "it is not a number"),
        (FieldType.INTEGER, "2.5", "it is not a whole number"),
        (FieldType.INTEGER, 2**63, "it is too large a number"),
        (FieldType.BOOLEAN, "maybe", "it is neither true nor false"),
        (FieldType.DATE, "2026-02-30", "it is not a date"),
        (FieldType.DATE, "\u0662026-02-03", "it is not a date"),
        (FieldType.DATETIME, "2026-99-99T99:99:99Z", "it is not a point in time"),
        (FieldType.DATETIME, "0001-01-01T00:00:00+14:00", "it is not a point in time"),
        (FieldType.DATETIME, "yesterday", "it is not a point in time"),
    ],
)
def test_a_value_that_does_not_fit_says_why(kind: FieldType, value: object, why: str) -> None:
    """F4: the reason, without the value."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        fit(AssetField("f", "F", kind, max_length=5, choices=("one", "two")), value)
    assert str(error.value) == why
