"""What a plan is shown and saved as: text, Markdown, HTML or JSON, with the impact of a change where there is one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.pipeline import run_address
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say, warn
from reconciler.errors import ReconcilerError
from reconciler.model.impact import Impact
from reconciler.model.plan import Plan
from reconciler.report.text.impact import impact_json, impact_text
from reconciler.report.text.plan import plain, plan_text, summary_text
from reconciler.report.values import age, moment
from reconciler.run.context import utc_now
from reconciler.run.plans.planning import Planned
from reconciler.settings.base import seconds
from reconciler.settings.instance import InstanceFile

if TYPE_CHECKING:
    from rich.text import Text


class PlanFormat(StrEnum):
    """How a plan is shown."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Made:
    """A plan and all that is shown beside it; `recording` is the file that it was made from."""

    planned: "Planned"
    instance: "InstanceFile"
    impact: "Impact | None" = None
    recording: Path | None = None
    every: bool = False
    summary: bool = False

    @property
    def plan(self) -> "Plan":
        """The plan."""
        return self.planned.plan


def deliver(made: Made, output: Path | None, form: PlanFormat | None, impact_file: Path | None) -> None:
    """Print the artefact, or save it in `output`: there a plan is JSON unless a format says otherwise.

    Raises:
        ReconcilerError: a file cannot be written.
    """
    _warn(made)
    if output is None:
        if form in (None, PlanFormat.TEXT):
            _show(made)
        else:
            printing.put(_bytes(made, form))
    elif form in (None, PlanFormat.JSON):
        from reconciler.plan_files import write_plan  # noqa: PLC0415 - only where it is used

        write_plan(made.plan, output)
        if form is None:
            _show(made)
    else:
        _save(_bytes(made, form), output, "plan")
    if output is not None:
        say(f"Saved the plan as {output}.")
    if impact_file is not None and made.impact is not None:
        _save(impact_json(made.impact), impact_file, "impact")
        say(f"Saved the impact as {impact_file}.")


def _warn(made: Made) -> None:
    if made.planned.warning:
        warn(made.planned.warning)
    if old := _too_old(made):
        warn(old)


def _too_old(made: Made) -> str | None:
    """Return what to say of a recording that is older than a saved plan may be; None without one."""
    if made.recording is None:
        return None

    now, limit = utc_now(), made.instance.limits.plan_age
    passed = _seconds_between(made.plan.made_at, now)
    if passed is None or passed <= seconds(limit):
        return None
    return (
        f"{made.recording.name} was recorded {age(made.plan.made_at, now)}, at {moment(made.plan.made_at)}; planAge is "
        f"{limit}. What changed since then is not in the plan. Record again for a plan of now."
    )


def _seconds_between(since: str, now: str) -> float | None:

    try:
        return (datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds()
    except (TypeError, ValueError):
        return None


def _show(made: Made) -> None:
    printing.page(_lines(made, printing.width()))


def _lines(made: Made, width: int) -> "list[Text]":
    """Return the plan, and below it what a change of settings causes: a terminal shows the end of what is long."""
    if made.summary:
        plan = summary_text(made.plan, width=width, kind=made.instance.kind)
    else:
        plan = plan_text(made.plan, every=made.every, width=width, kind=made.instance.kind)
    return [*plan, *(impact_text(made.impact, every=made.every, width=width) if made.impact else [])]


def show(plan: "Plan", kind: str, *, every: bool = False) -> None:
    """Print a plan as text."""
    printing.show(plan_text(plan, every=every, width=printing.width(), kind=kind))


def _bytes(made: Made, form: PlanFormat | None) -> bytes:
    """Return the artefact in a format, as it is printed or saved."""
    match form:
        case PlanFormat.MARKDOWN:
            return _markdown(made).encode()
        case PlanFormat.HTML:
            from reconciler.report.html.page import plan_html  # noqa: PLC0415 - jinja2 is heavy

            state = made.planned.recording.state
            return plan_html(
                made.plan,
                kind=made.instance.kind,
                state=state,
                recording=_name(made),
                impact=made.impact,
                warning=_too_old(made),
            )
        case PlanFormat.JSON:
            from reconciler.planning.digest import encode  # noqa: PLC0415 - only where it is used

            return encode(made.plan)
        case _:
            return _text(made).encode()


def _text(made: Made) -> str:

    return plain(_lines(made, printing.width()))


def _markdown(made: Made) -> str:
    from reconciler.report.markdown.plan import plan_markdown  # noqa: PLC0415 - only where it is used

    return plan_markdown(
        made.plan,
        kind=made.instance.kind,
        now=utc_now(),
        recording=_name(made),
        rest_at=run_address(),
        warning=_too_old(made),
        impact=made.impact,
    )


def _name(made: Made) -> str | None:
    return made.recording.name if made.recording else None


def _save(data: bytes, file: Path, what: str) -> None:
    from reconciler.whole_file import whole_file  # noqa: PLC0415 - only where it is used

    try:
        with whole_file(file) as stream:
            stream.write(data)
    except OSError as error:
        raise ReconcilerError(
            f"The {what} could not be written to {file}: {error.strerror}. Nothing was changed; name another file."
        ) from error
