"""A plan as a comment on a pull request: what it comes to, what is wrong, then the details folded by kind (V2, V3)."""

import re

from reconciler.model.impact import Impact
from reconciler.model.plan import Plan
from reconciler.report.escaping import markdown_code, markdown_prose
from reconciler.report.markdown.changes import change_sections
from reconciler.report.markdown.impact import impact_sections
from reconciler.report.markdown.layout import SIZE, laid_out
from reconciler.report.markdown.notes import leading_sections, more_sections
from reconciler.report.markdown.verdict import verdict
from reconciler.report.summary import title, what_it_comes_to
from reconciler.report.text.impact import against
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
    impact: Impact | None = None,
    size: int = SIZE,
) -> str:
    """Return a plan as Markdown of at most `size` bytes, which begins with `marker`.

    `kind` is the instance's; `now` is UTC text and lets it say how old the read is; `recording` names the file it was
    made from; `rest_at` is the address (or a few words) where everything is; `warning` is what to know before reading
    on. With the `impact` of a pull request the verdict leads, and all else is folded (V7).
    """
    facts = _facts(plan, now, recording, rest_at)
    warned = [f"**Warning:** {markdown_prose(warning, 500)}"] if warning else []
    rest = f"the rest is at {_place(rest_at)}" if rest_at else f"the rest: {_command(plan)}"
    heading = markdown_prose(title(plan, kind), 150)
    if impact is not None:
        head = "\n\n".join([marker(plan.instance), verdict(impact, plan), *warned])
        of = f"<sub>{heading}, against {markdown_prose(against(impact))} · {facts}</sub>\n\n{_foot(plan)}"
        return laid_out(head, [], impact_sections(impact, plan), of, rest=rest, size=size)
    first, others = what_it_comes_to(plan)
    summary = " · ".join([f"**{first}**", *others])
    head = "\n\n".join([marker(plan.instance), f"### {heading}", summary, facts, *warned])
    details = [*change_sections(plan.changes), *more_sections(plan)]
    return laid_out(head, leading_sections(plan), details, _foot(plan), rest=rest, size=size)


def _facts(plan: Plan, now: str | None, recording: str | None, rest_at: str | None) -> str:
    facts = [_settings(plan), _read(plan, now), *([f"recording {markdown_code(recording, 100)}"] if recording else [])]
    if rest_at:
        facts.append(f"everything: {_place(rest_at)}")
    return " · ".join(facts)


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
