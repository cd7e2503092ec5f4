"""`reconciler help`: the documentation's pages in the terminal, without a network."""

import sys
from typing import Annotated

import typer
from rich.markdown import Markdown

from reconciler.cli.terminal import printing
from reconciler.cli.terminal.console import StreamConsole
from reconciler.errors import ExitCode, UsageError
from reconciler.report.pages import page, pages


def show_help(
    topic: Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="A page; without one, all are listed.")] = None,
) -> int:
    """Show a page of the documentation, as it is on the site; without a topic, list the pages."""
    if topic is None:
        width = max(map(len, titles := pages()))
        for name, title in titles.items():
            printing.write(f"{name:<{width}}  {title}")
        return ExitCode.DONE
    found = page(topic)
    if found is None:
        raise UsageError(f"There is no page {topic!r}. `reconciler help` lists them.")
    StreamConsole(sys.stdout).print(Markdown(found))
    return ExitCode.DONE
