"""A plan as a comment on a pull request: what it comes to, what is wrong, then the details folded by kind (V2, V3)."""

import re
from collections.abc import Sequence

from reconciler.model.plan import Plan
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.markdown.changes import change_sections
from reconciler.report.markdown.layout import SIZE, Section, laid_out
from reconciler.report.markdown.notes import leading_sections, more_sections
from reconciler.report.summary import title, what_it_comes_to
from reconciler.report.values import age, moment, short

_ADDRESS = re.compile(r"https://[A-Za-z0-9./?=&%~+-]{1,500}")


def marker(instance: str) -> str:
    """Return the comment in HTML by which a plan's comment is found again, to be replaced by the next one."""
    return f"<!-- reconciler:plan:{re.sub('[^A-Za-z0-9_]', '-', instance[:100])} -->"


def plan_markdown(
    plan: Plan,
    *,
    kind: str | None = None,
    now: str | None = None,
    recording: str | None = None,
    rest_at: str | None = None,
    warning: str | None = None,
    extra: Sequence[Section] = (),
    verdict: str = "",
    size: int = SIZE,
) -> str:
    """Return a plan as Markdown of at most `size` bytes, which begins with `marker`.

    `kind` is the instance's; `now` is UTC text and lets it say how old the read is; `recording` names the file it was
    made from; `rest_at` is the address (or a few words) where everything is; `warning` is what to know before reading
    on. `extra` sections, such as the impact of a pull request, stand before the details and may fold themselves;
    `verdict`, as Markdown, comes first of all (V7).
    """
    return laid_out(
        _head(plan, kind, now, recording, rest_at, warning, verdict),
        [*leading_sections(plan), *extra],
        [*change_sections(plan.changes), *more_sections(plan)],
        _foot(plan),
        rest=f"the rest is at {_place(rest_at)}" if rest_at else f"the rest: {_command(plan)}",
        size=size,
    )


def _head(
    plan: Plan,
    kind: str | None,
    now: str | None,
    recording: str | None,
    rest_at: str | None,
    warning: str | None,
    verdict: str,
) -> str:
    first, others = what_it_comes_to(plan)
    summary = " · ".join([f"**{first}**", *others])
    facts = [_settings(plan), _read(plan, now), *([f"recording {markdown_code(recording, 100)}"] if recording else [])]
    if rest_at:
        facts.append(f"everything: {_place(rest_at)}")
    warned = [f"**Warning:** {markdown_prose(warning, 500)}"] if warning else []
    leading = [verdict] if verdict else []
    heading = f"### {markdown_prose(title(plan, kind), 150)}"
    return "\n\n".join([marker(plan.instance), *leading, heading, summary, " · ".join(facts), *warned])


def _settings(plan: Plan) -> str:
    if plan.settings_commit:
        return f"settings {markdown_code(short(plan.settings_commit))}"
    return f"settings {markdown_code(short(plan.settings_digest))} (no commit)"


def _read(plan: Plan, now: str | None) -> str:
    verb = "read" if any(each.read_at for each in plan.connections) else "as of"
    old = age(plan.made_at, now) if now else None
    return f"{verb} {markdown_prose(moment(plan.made_at), 40)}{f' ({old})' if old else ''}"


def _place(rest_at: str) -> str:
    return f"<{rest_at}>" if _ADDRESS.fullmatch(rest_at) else markdown_prose(rest_at)


def _command(plan: Plan) -> str:
    return markdown_code(f"reconciler plan {plan.instance} --all", 100)


def _foot(plan: Plan) -> str:
    made = f"reconciler {markdown_prose(plan.tool_version, 40)}"
    return f"<sub>{made}, plan {markdown_code(short(plan.digest))}</sub>" if plan.digest else f"<sub>{made}</sub>"
