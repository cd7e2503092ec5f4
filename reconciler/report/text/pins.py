"""Pinned fields for people, one below the other, each with who pinned it, when and why."""

from collections.abc import Sequence

from rich.text import Text

from reconciler.model.state import Pin
from reconciler.report.text.lines import Style, folded, styled
from reconciler.report.values import called, many, moment


def pins_text(pins: Sequence[Pin], *, width: int = 80) -> list[Text]:
    """Return pins in their given order; a sentence when there are none."""
    if not pins:
        return [styled("No field is pinned.")]
    lines = [styled((f"{many(len(pins), 'pinned field')}", Style.HEADING))]
    for pin in pins:
        label = f" ({called(pin.label)})" if pin.label and pin.label != pin.tag else ""
        lines += folded(styled(f"{called(pin.tag)}{label}: ", (pin.field, Style.HEADING)), width, first="  ", rest=6)
        who = f"by {pin.pinned_by}, " if pin.pinned_by else ""
        lines += folded(styled(pin.reason, (f" ({who}{moment(pin.pinned_at)})", Style.QUIET)), width, first=" " * 6)
    return lines
