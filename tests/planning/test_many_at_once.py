"""What is worked out of many values at once is what comes of each by itself, whatever they are."""

import re
from datetime import datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from reconciler.model.moments import are_moments
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.matching.asset_index import worthy_form, worthy_forms
from reconciler.planning.rules.identity import worthless_forms
from reconciler.planning.rules.transforms import compile_transforms
from reconciler.planning.users.directory import identifier_form, identifier_forms
from reconciler.settings.mappings.field_mappings import Transform

TEXTS = st.text(st.sampled_from("aAß0-: .\x00\n\t\u2003\u0130é"), max_size=14)
MACS = st.from_regex(r"[0-9A-Fa-f]{2}([:-]?)([0-9a-f]{2}\1){4}[0-9A-F]{2}[ é\n]?", fullmatch=True)
ADAPTER: TypeAdapter[Any] = TypeAdapter(list[Transform])
WORTHLESS = worthless_forms(["demo unit"])


@given(st.lists(TEXTS | MACS, max_size=12), st.sampled_from(["macAddress", "trim", "upper", "lower", "title", "date"]))
@example(["00:15:5D:01:0A:02", "00155d010a03"], "macAddress")
@example(["00155d010a02\n00155d010a03"], "macAddress")
def test_transforms(values: list[str], transform: str) -> None:
    """A transform that does not take such values together says so; otherwise it gives what each gives."""
    (step,) = compile_transforms(ADAPTER.validate_python([transform]))
    assert step.many is not None
    made = step.many(values)
    assert made is None or made == [step.value(value) for value in values]


def test_well_written_addresses_are_taken_together() -> None:
    """Addresses of twelve digits, each with what stands between them, need no look of their own."""
    (step,) = compile_transforms(ADAPTER.validate_python(["macAddress"]))
    assert step.many is not None
    assert step.many(["00:15:5D:01:0A:02", "00-15-5d-01-0a-03"]) == ["00:15:5D:01:0A:02", "00:15:5D:01:0A:03"]


@given(st.lists(TEXTS | st.sampled_from([None, "Default string", "S 1", "demo-unit"]), max_size=12))
@example(["aB\x00c", "D1"])
@example(["a b"])
@example(["ab "])
def test_matching_forms(column: list[str | None]) -> None:
    """M2, M3: spaces inside and at the ends, NUL, letters that fold to two, placeholders."""
    for field in ("serialNumber", "imei", "wifiMac", "name"):
        assert worthy_forms(column, WORTHLESS, field) == [worthy_form(value, WORTHLESS, field) for value in column]


@given(st.lists(TEXTS | st.sampled_from([None, 7, True, UNKNOWN, " Ada@C "]), max_size=12))
def test_identifiers(values: list[Any]) -> None:
    """U2: texts, and what is none."""
    assert identifier_forms(values) == [identifier_form(value) for value in values]


DAY = "2026-11-23T08:00:00Z"


def is_moment(text: str) -> bool:
    """Say the same of one."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, re.ASCII) is not None


ODD = ["", "2026-11-23", "2026-02-30T08:00:00Z", "2026-11-23T08:00:00+", "٢026-11-23T08:00:00Z", "0001-01-01T00:00:00Z"]


@given(st.lists(st.sampled_from([DAY, "1999-12-31T23:59:59Z", *ODD]), max_size=6))
@example([f"{DAY}2026", "-11-23T08:00:00Z"])
def test_points_in_time(texts: list[str]) -> None:
    """All of them are when each is."""
    assert are_moments(texts) is all(map(is_moment, texts))
