"""The entries of a report for its script: compact JSON, in which texts that recur are said once, packed in two parts.

The rows are what the list, its filters and its charts need. A row is `[group, groups, name, label, connection, type,
site, metas]`: `group` the place of the group it is shown under, `groups` a bit for each it belongs to, one for what is
new and one for what is no change; `connection`, `type`, `site` are places in `texts` (0 is none), `metas` one place for
each attribute. What a change of the settings has an effect on has a ninth part: `[bits that it causes, bits that it
prevents]`. Rows stand `_AT_ONCE` to a line. The last line is `{"texts": […], "metas": [[name, reason, rule, heading],
…], "groups": […], "atOnce": …, "linesAtOnce": …}`; the meta of an attribute that ends otherwise goes on with `verdict,
settings, decision`, places among the verdicts and the impact's shares.

The values are `[device, befores, afters]` of each row, with `befores` 0 when all are empty; with an effect a fourth is
what the attributes that are altered or prevented end as without it, in their order. They are most of the data and are
read only where they are looked at: so each `_LINES_AT_ONCE` lines are packed alone, and the packs stand one to a line.

100,000 first imports make a million and a half attributes. So the loop over them does as little as it can, and all is
packed (deflate, base64): a browser unpacks faster than it looks through seven times as much HTML, and no name can end
the element that it stands in.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from itertools import islice
from typing import Final

import msgspec

from reconciler.model.impact import Impact
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.report.html.groups import GROUPS
from reconciler.report.html.metas import Metas, Texts
from reconciler.report.html.rows import entry_rows

_AT_ONCE: Final = 64
"""Rows that are encoded and let go before the next: so few that the collector of cycles sleeps on (twice as fast)."""
_LINES_AT_ONCE: Final = 16
_LEVEL: Final = 3


def report_data(plan: Plan, state: State | None = None, impact: Impact | None = None) -> tuple[bytes, bytes]:
    """Return a plan's rows, packed, and the packs of their values.

    `state` gives type and site of assets whose change names neither; `impact` is of the change of the settings that
    the plan was made with.
    """
    texts, metas = Texts(), Metas()
    entries = entry_rows(plan, state, impact, texts, metas)
    lines: list[bytes] = []
    values: list[bytes] = []
    packs: list[bytes] = []
    while some := list(islice(entries, _AT_ONCE)):
        lines.append(_encoded([row for row, _ in some]))
        values.append(_encoded([value for _, value in some]))
        if len(values) == _LINES_AT_ONCE:
            packs.append(_packed(values))
            values.clear()
    shared = {
        "metas": metas.written(texts, impact),
        "texts": texts.all(),
        "groups": GROUPS,
        "atOnce": _AT_ONCE,
        "linesAtOnce": _LINES_AT_ONCE,
    }
    return _packed([*lines, _encoded(shared)]), b"\n".join([*packs, _packed(values)])


def _packed(lines: Sequence[bytes]) -> bytes:
    return base64.b64encode(zlib.compress(b"\n".join(lines), level=_LEVEL))


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
