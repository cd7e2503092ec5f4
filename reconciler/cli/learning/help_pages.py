"""`reconciler help`: the documentation's pages in the terminal, without a network."""

import sys
from typing import Annotated

import typer

from reconciler.cli.terminal import printing
from reconciler.errors import ExitCode, UsageError


def show_help(
    topic: Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="A page; without one, all are listed.")] = None,
) -> int:
    """Show a page of the documentation, as it is on the site; without a topic, list the pages."""
    from rich.markdown import Markdown  # noqa: PLC0415 - rich is heavy

    from reconciler.cli.terminal.console import StreamConsole  # noqa: PLC0415 - as above
    from reconciler.report.pages import page, pages  # noqa: PLC0415 - only where it is used

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
