"""One HTML file for a plan: nothing in it comes from elsewhere, and nothing in it may go elsewhere (V2)."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from reconciler.model.impact import Impact
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.report.escaping import terminal
from reconciler.report.html.data import report_data
from reconciler.report.html.impact import impact_shown
from reconciler.report.html.overview import overview

_SCRIPTS: Final = ("elements", "entries", "filters", "charts", "impact", "details", "list", "printing", "report")
"""The parts of the script in the order in which each can use the ones before it."""


def plan_html(
    plan: Plan,
    *,
    kind: str | None = None,
    state: State | None = None,
    recording: str | None = None,
    impact: Impact | None = None,
    warning: str | None = None,
) -> bytes:
    """Return a plan as one HTML file, UTF-8.

    `kind` is the instance's; `state` gives the type and site of assets whose changes name neither; `recording` names
    the file that the plan was made from; `impact` is of the change of the settings that it was made with;
    `warning` is what to know before reading on.
    """
    script, style = _script(), _read("style.css")
    shown = overview(plan, kind, recording) | {"impact": impact_shown(impact), "warning": terminal(warning or "")}
    rows, values = report_data(plan, state, impact)
    opening = _opening(shown, style, _policy(script, style)).encode("utf-8", "backslashreplace")
    between = b'</script>\n<script type="text/plain" id="values">\n'
    closing = f"</script>\n<script>{script}</script>\n</body>\n</html>\n".encode()
    return b"".join([opening, rows, between, values, closing])


def _opening(shown: dict[str, object], style: str, policy: str) -> str:
    """Return the page up to its data."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - heavy, and only here
    from markupsafe import Markup  # noqa: PLC0415 - as above

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_read("page.html.jinja"))
    return template.render(**shown, style=Markup(style), policy=policy)  # noqa: S704 - our own file


def _policy(script: str, style: str) -> str:
    """Return a policy under which only this script and this style run, and no request is made."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _script() -> str:
    parts = "\n".join(_read(f"script/{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(async () => {{\n{parts}}})();\n'


@cache
def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
