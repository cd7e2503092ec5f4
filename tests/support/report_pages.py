"""The HTML report as a file, taken apart for tests."""

import base64
import json
import zlib
from html.parser import HTMLParser
from typing import Any

from reconciler.model.impact import Impact
from reconciler.report.text.impact import rule_name

VERDICTS = (None, "caused", "altered", "prevented")


class Page(HTMLParser):
    """What is in a page: its tags, attributes that could reach out or run, and its scripts and styles."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.reaching: set[str] = set()
        self.texts: dict[str, list[str]] = {}
        self.policy = ""
        self._open = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.reaching |= {name for name in given if name in ("src", "href", "style", "action") or name.startswith("on")}
        if given.get("http-equiv"):
            self.policy = given["content"] or ""
        self._open = f"{tag} {given['id']}" if given.get("id") in ("data", "values") else tag
        if self._open in ("script", "style", "script data", "script values", "title"):
            self.texts.setdefault(self._open, []).append("")

    def handle_data(self, data: str) -> None:
        if self._open in self.texts:
            self.texts[self._open][-1] += data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser gives it
        self._open = ""


def data_of(page: bytes) -> tuple[list[tuple[list[Any], list[Any]]], dict[str, Any]]:
    """Return the rows of a page, each with its values, and what they share."""
    texts = Page(page).texts
    *lines, shared = unpacked(texts["script data"][0])
    packs = [unpacked(pack) for pack in texts["script values"][0].split("\n") if pack]
    assert all(len(line) == shared["atOnce"] for line in lines[:-1])
    assert all(len(pack) == shared["linesAtOnce"] for pack in packs[:-1])
    rows = [row for line in lines for row in line]
    values = [value for pack in packs for line in pack for value in line]
    return list(zip(rows, values, strict=True)), shared


def unpacked(pack: str) -> list[Any]:
    """Return the lines of one pack."""
    return [json.loads(line) for line in zlib.decompress(base64.b64decode(pack)).split(b"\n") if line]


def told(page: bytes, impact: Impact | None = None) -> list[dict[str, Any]]:
    """Return the entries of a page with the places in the data replaced by what stands there.

    `ends` is of each attribute how the impact ends it: the verdict, the settings, the rule, the value without it.
    """
    rows, shared = data_of(page)
    return [_entry(row, values, shared, impact) for row, values in rows]


def _entry(row: list[Any], values: list[Any], shared: dict[str, Any], impact: Impact | None) -> dict[str, Any]:
    texts, groups = shared["texts"], shared["groups"]
    group, bits, name, label, connection, type_, site, metas, *effect = row
    device, befores, afters, *withouts = values
    mine = [shared["metas"][meta] for meta in metas]
    whys = [[texts[place] for place in meta[:4]] for meta in mine]
    befores = befores or [None] * len(afters)
    ends = [_end(meta[4:], impact) for meta in mine]
    given = iter(withouts[0] if withouts else ())
    without = [
        before if verdict == "caused" else next(given, None) if verdict else after
        for (verdict, *_), before, after in zip(ends, befores, afters, strict=True)
    ]
    return {
        "group": groups[group],
        "groups": _names(bits, groups),
        "name": name,
        "label": label,
        "connection": texts[connection],
        "device": device,
        "type": texts[type_],
        "site": texts[site],
        "attributes": [
            (what, before, after, *why) for (what, *why), before, after in zip(whys, befores, afters, strict=True)
        ],
        "effect": tuple(_names(each, groups) for each in effect[0]) if effect else None,
        "ends": [(*end, value) for end, value in zip(ends, without, strict=True)],
    }


def _names(bits: int, groups: list[str]) -> list[str]:
    return [each for place, each in enumerate([*groups, "new", "note"]) if bits & (1 << place)]


def _end(meta: list[Any], impact: Impact | None) -> tuple[str | None, list[str], str | None]:
    if not meta or impact is None:
        return None, [], None
    verdict, settings, rule = meta
    return VERDICTS[verdict], [impact.by_setting[each].what for each in settings], rule_name(impact.by_rule[rule])
