"""The page about commands says what the commands say."""

from pathlib import Path

from typer.main import get_command

from reconciler.cli.commands_page import commands_page
from reconciler.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_up_to_date() -> None:
    """`make generated` writes it."""
    assert PAGE.read_text("utf-8") == commands_page(get_command(app))
