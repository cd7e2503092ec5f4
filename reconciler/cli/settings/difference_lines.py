"""Differences of settings as lines: file by file, in the words of those who wrote them."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from reconciler.model.plan import SettingChange
from reconciler.report.escaping import terminal


def difference_lines(changes: Iterable[SettingChange]) -> Iterator[Text]:
    """Yield a heading for each file, and a line for each setting in it; where a connection runs is loud."""
    heading = None
    for change in changes:
        file, _, inside = change.path.partition(": ")
        if file != heading:
            heading = file
            yield Text(terminal(file), style="bold")
        setting = f"{inside}: " if inside else ""
        style = "bold red" if inside == "enabledForInstances" else ""
        yield Text(terminal(f"  {setting}{change.before} → {change.after}"), style=style)
