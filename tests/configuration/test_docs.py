"""The docs say what the program does: the reference is the models', and every YAML example validates (K1)."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from reconciler.configuration.loader import load_environment
from reconciler.configuration.parsing.problems import errors, page
from reconciler.configuration.schemas import MODELS
from reconciler.configuration.settings_reference import with_reference
from reconciler.errors import ReconcilerError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/configuration.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS = {field.alias or name for model in MODELS.values() for name, field in model.model_fields.items()} - {"name"}
OF_INSTANCE = {"instance.yaml", "catalogue.yaml"}


class Example(NamedTuple):
    """A fenced YAML block of a page: the settings file that it is of, and its text."""

    page: str
    file: str
    text: str


def examples() -> list[Example]:
    found = []
    for path in PAGES:
        for info, text in re.findall(r"^```ya?ml(.*?)\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S):
            found.append(Example(str(path.relative_to(ROOT)), info.strip(), text))
    return found


def test_the_reference_is_that_of_the_models() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_reference(text) == text, "run: reconciler schema --reference docs/configuration.md"


def test_a_page_without_marks_has_no_reference() -> None:
    with pytest.raises(ReconcilerError, match="no part to be generated"):
        with_reference("# A page\n")


def test_there_are_examples() -> None:
    assert len(examples()) >= 3


@pytest.mark.parametrize("example", examples(), ids=lambda each: f"{each.page}-{each.file}")
def test_every_yaml_example_says_which_file_it_is_of_and_validates(example: Example, tmp_path: Path) -> None:
    """Its keys take the place of those of the example environment, so that a fragment is enough.

    YAML of other programs, with other keys, is none of ours. Only an overlay may have addresses of its own in
    production (K8), and that is what such an example is of.
    """
    yaml = YAML(typ="safe", pure=True)
    fragment = yaml.load(example.text)
    if example.file not in MODELS:
        assert fragment.keys() - SETTINGS, f"write ```yaml FILE in {example.page}"
        return
    shutil.copytree(ROOT / "tests" / "environments", tmp_path / "environments")
    below = "" if example.file in OF_INSTANCE else "connections/intune/"
    file = tmp_path / "environments/prod" / below / example.file
    whole = yaml.load(file.read_text(encoding="utf-8")) | fragment
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(whole, stream)
    loaded = load_environment(tmp_path / "environments", "prod", with_commit=False)
    assert [problem for problem in errors(loaded.problems) if problem.rule not in ("K8", "unsupported")] == []


@pytest.mark.parametrize("file", sorted(MODELS))
def test_a_problem_leads_to_the_part_of_the_page_about_its_file(file: str) -> None:
    headings = re.findall(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), re.M)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    name, _, anchor = page(f"environments/prod/{file}").partition("#")
    assert (name, anchor in anchors) == ("docs/configuration.md", True)


def test_every_rule_that_a_problem_names_is_on_the_page() -> None:
    source = [path.read_text(encoding="utf-8") for path in (ROOT / "reconciler/configuration").rglob("*.py")]
    named = {rule for text in source for rule in re.findall(r"rule(?:: str)? ?= ?\"(\w+)\"", text)}
    told = re.findall(r"^\| ([A-Z]\d(?:, [A-Z]\d)*|unsupported) \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(named) > 8
    assert named - {rule for several in told for rule in several.split(", ")} == set()
