"""Names in Markdown are words or code, never anything that acts (V2)."""

import pytest

from reconciler.report.escaping import markdown_code, markdown_prose, markdown_summary


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("LT-4711", "`LT-4711`"),
        ("", "(empty)"),
        (" 5CG", "`“ 5CG”`"),
        ("a`b", "``a`b``"),
        ("``", "``` `` ```"),
        ("`a", "`` `a ``"),
        ("a\nb\u202e", r"`a␤b\u202e`"),
        ("a|b <b>", "`a|b <b>`"),
        ("x" * 5, "`xxx…`"),
    ],
)
def test_code(text: str, shown: str) -> None:
    """A text is one code span, fenced by more backticks than are in it, and cut where it is too long."""
    assert markdown_code(text, 3 if text == "xxxxx" else 300) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the site of Ada O'Mockery", "the site of Ada O'Mockery"),
        ("read 2026-11-23 08:00 UTC, 1,204 of them: Zoë (2)", "read 2026-11-23 08:00 UTC, 1,204 of them: Zoë (2)"),
        ("Intune names ada@contoso.com.", "Intune names `ada@contoso.com`."),
        ("assets (AST-1, AST-2); correct one", "assets (`AST-1, AST-2`); correct one"),
        ("1. one 2) two", "`1`. one `2`) two"),
        ("see #12 and GH-7 in 3f2c1d9", "see `#12` and `GH-7` in `3f2c1d9`"),
        ("www.evil.example", "`www.evil.example`"),
        ("a <b> *c* d_e", "a `<b> *c* d_e`"),
        ("a\nb", "`a␤b`"),
        ("...", "`...`"),
        (" ", "(empty)"),
    ],
)
def test_prose(text: str, shown: str) -> None:
    """Words that are only words stay as they are, and every other one is code."""
    assert markdown_prose(text) == shown


def test_summary() -> None:
    """Where Markdown means nothing, code is HTML."""
    assert markdown_summary("2 assets of <b>@all") == "2 assets of <code>&lt;b&gt;@all</code>"
