"""The page about the vendor's guide names cases, tests and settings that there are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
_SETTING = re.compile(r"`([a-z-]+)\.yaml: ([A-Za-z.]+)`")
_NAMED = re.compile(r"`([^`]+)`")


def rows() -> list[tuple[str, str, str]]:
    """Return the rows of the page's tables: what is promised, the setting, the proof."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"]
    return [tuple(row) for row in cells if len(row) == 3 and row[0] not in ("the guide", "---")]  # type: ignore[misc]


def alternatives(schema: dict[str, Any], top: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a part of a schema may be, references followed."""
    if "$ref" in schema:
        yield from alternatives(top["$defs"][schema["$ref"].rpartition("/")[2]], top)
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from alternatives(each, top)
    if "items" in schema:
        yield from alternatives(schema["items"], top)
    if "properties" in schema:
        yield schema


def has_setting(file: str, path: str) -> bool:
    """Say whether a settings file has a setting, by its schema."""
    top = msgspec.json.decode((ROOT / "schemas" / f"{file}.schema.json").read_bytes())
    parts = [top]
    for name in path.split("."):
        parts = [
            each["properties"][name] for part in parts for each in alternatives(part, top) if name in each["properties"]
        ]
    return bool(parts)


def test_every_table_has_rows() -> None:
    """The page is read as it is written."""
    assert len(rows()) > 30


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_a_row_names_settings_and_proofs_that_there_are(row: tuple[str, str, str]) -> None:
    """A case is a folder with a plan, a test is a file; “not yet” names neither."""
    promise, here, proof = row
    assert [named for named in _SETTING.findall(here) if not has_setting(*named)] == []
    assert _SETTING.search(here) or re.search(r"`connections/`|the command `[a-z]+`|^not here$", here), promise
    named = _NAMED.findall(proof)
    assert named or proof in ("not yet", "none")
    assert [name for name in named if not is_there(name)] == []


def is_there(name: str) -> bool:
    if name.startswith("tests/"):
        return (ROOT / name).is_file()
    return (ROOT / "tests" / "cases" / name / "plan.yaml").is_file()


def test_each_difference_is_explained() -> None:
    """As many notes as rows that are marked."""
    notes = re.findall(r"^- \*\*", PAGE.partition("## Where we differ")[2], re.MULTILINE)
    assert len(notes) == sum("≠" in promise for promise, _, _ in rows())
