"""A fleet's table: a row for each environment, the worst first, as text, Markdown, HTML and JSON (N2)."""

from reconciler.report.fleet.html import fleet_html
from reconciler.report.fleet.impact import impact_markdown
from reconciler.report.fleet.json import fleet_json
from reconciler.report.fleet.markdown import fleet_markdown
from reconciler.report.fleet.text import fleet_text

__all__ = ["fleet_html", "fleet_json", "fleet_markdown", "fleet_text", "impact_markdown"]
