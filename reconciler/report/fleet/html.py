"""A fleet's table as one HTML file: no script, nothing from elsewhere, every text escaped (V2)."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.fleet import FleetRow
from reconciler.report.escaping import terminal
from reconciler.report.fleet.rows import COLUMNS, cells, summary, worst_first

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1f24; background: #fff }
table { border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem; border-bottom: 1px solid #d0d7de }
tr.failed td:nth-child(2) { color: #b42318; font-weight: 600 }
@media (prefers-color-scheme: dark) {
  body { color: #e6edf3; background: #0d1117 }
  tr.failed td:nth-child(2) { color: #ff7b72 }
}
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{{ summary }}</p>
<table>
<thead><tr>{% for name in columns %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr{% if row.failed %} class="failed"{% endif %}>{% for cell in row.cells %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
</body>
</html>
"""


def fleet_html(rows: Sequence[FleetRow], title: str = "Fleet") -> bytes:
    """Return the table as a page, UTF-8."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - heavy, and only here

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    shown = [
        {"cells": [terminal(cell) for cell in each.cells], "failed": each.failed}
        for each in map(cells, worst_first(rows))
    ]
    page = environment.from_string(_PAGE)
    return page.render(title=title, summary=summary(rows), columns=COLUMNS, rows=shown).encode("utf-8", "replace")
