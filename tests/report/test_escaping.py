"""What a terminal would obey is shown, not emitted (V2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.report.escaping import terminal


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("LT-4711 Zoë 電脳 👩", "LT-4711 Zoë 電脳 👩"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb", "a␤b"),
        ("a\r\tb\x00", r"a\x0d\x09b\x00"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\u200bb\u2028c\ufeff", r"a\u200bb\u2028c\ufeff"),
        ("a\u00a0b", r"a\xa0b"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("a ::error::x ##[error]y ##vso[z]", r"a \x3a:error\x3a:x \x23#[error]y \x23#vso[z]"),
        ("fe80::abcd fe80::1 0A:0B ## ::", "fe80::abcd fe80::1 0A:0B ## ::"),
        ("", ""),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    """Each character that prints nothing is shown as its code, and every other one as it is."""
    assert terminal(text) == shown


@given(st.text(st.characters()))
def test_printable(text: str) -> None:
    """Whatever the text, everything that comes out can be printed."""
    assert terminal(text).isprintable()
