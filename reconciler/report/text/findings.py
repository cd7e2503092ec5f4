"""What `store check` found, for people: one line for each look, and each fault beneath it."""

from collections.abc import Sequence

from rich.text import Text

from reconciler.model.run import Finding
from reconciler.report.text.lines import Style, folded, styled
from reconciler.report.values import many


def findings_text(findings: Sequence[Finding], *, width: int = 80) -> list[Text]:
    """Return what was looked at in its given order, then what it comes to."""
    lines: list[Text] = []
    for finding in findings:
        mark = styled(("  ! ", Style.PROBLEM)) if finding.faults else styled(("  + ", Style.CREATE))
        lines += folded(styled(finding.what), width, first=mark)
        for fault in finding.faults:
            lines += folded(styled(fault), width, first=" " * 6)
    wrong = sum(bool(finding.faults) for finding in findings)
    if wrong:
        advice = "Restore the store from a backup, or correct the rows and check again."
        return [*lines, *folded(styled((f"{many(wrong, 'check')} failed. ", Style.LOUD), advice), width)]
    return [*lines, styled(("The store is what it should be.", Style.HEADING))]
