"""`reconciler help` shows the documentation's pages in the terminal."""

import pytest

from reconciler.cli.main import run
from reconciler.report.pages import pages


def test_without_a_topic_it_lists_the_pages(capsys: pytest.CaptureFixture[str]) -> None:
    """Each page has a line with its name and title."""
    assert run(["help"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines == [f"{name:<{max(map(len, pages()))}}  {title}" for name, title in pages().items()]
    assert pages()["exit-codes"] == "Exit codes"
    assert "" not in pages().values()


@pytest.mark.parametrize("topic", ["tutorials/first-plan", "first-plan"])
def test_a_topic_is_shown(capsys: pytest.CaptureFixture[str], topic: str) -> None:
    """The page is rendered, and its folder need not be typed."""
    assert run(["help", topic]) == 0
    out = capsys.readouterr().out

    assert "Your first plan in ten minutes" in out
    assert "```" not in out


def test_an_unknown_topic_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The error says how to list the pages."""
    assert run(["help", "nonsense"]) == 64
    assert capsys.readouterr().err == "There is no page 'nonsense'. `reconciler help` lists them.\n"
