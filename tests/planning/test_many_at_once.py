"""What is worked out of many values at once is what comes of each by itself, whatever they are."""

import re
from datetime import datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.model.moments import are_moments
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.matching.asset_index import worthy_form, worthy_forms
from reconciler.planning.rules.identity import worthless_forms
from reconciler.planning.users.directory import identifier_form, identifier_forms

TEXTS = st.text(st.sampled_from("aAß0-: .\x00\n\t\u2003\u0130é"), max_size=14)
WORTHLESS = worthless_forms(["demo unit"])


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
