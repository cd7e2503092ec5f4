"""The page about extending: its files are there, and who follows its steps in a copy of the program gets there."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
CASE = """\
version: 1
cases:
  - name: A laptop
    device: {deviceName: LAP-0042, serialNumber: S1, model: EliteBook, operatingSystem: Windows, %s}
    expect: {type: Laptop, %s}
"""
PASSED = "connections/intune/tests.yaml\n  ok    A laptop\n1 case, none failed.\n"


def test_each_file_on_the_page_is_there() -> None:
    """What stands for a name to be chosen is in capitals."""
    named = set(re.findall(r"`((?:reconciler|tests|docs)/[^`]*)`", PAGE))

    assert len(named) > 15
    assert sorted(each for each in named if "PRODUCT" not in each and not (ROOT / each).exists()) == []


@dataclass
class Copy:
    """A copy of the program and of an environment, changed only where a section of the page says."""

    folder: Path
    section: str = ""

    def follow(self, title: str) -> None:
        self.section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]

    def edit(self, file: str, before: str, after: str) -> None:
        """Replace text of a file that the section names, itself or by its folder."""
        folders = (f"{each}/" for each in Path(file).parents)
        assert any(f"`{named}`" in self.section for named in (file, *folders)), file
        path = self.folder / file
        text = path.read_text("utf-8")
        assert before in text, before
        path.write_text(text.replace(before, after, 1))

    def settings(self, file: str, before: str, after: str) -> None:
        path = self.folder / "environments" / "prod" / "connections" / "intune" / file
        assert before in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(before, after, 1))

    def case(self, device: str, expect: str) -> None:
        """Write the environment's own case: a device, and what must become of it."""
        (self.folder / "environments/prod/connections/intune/tests.yaml").write_text(CASE % (device, expect))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the copy, or Python code in it; return its exit code and what it printed."""
        program = ["-m", "reconciler", *arguments] if arguments[0] != "-c" else list(arguments)
        variables = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, *program], cwd=self.folder, env=variables, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    without = shutil.ignore_patterns("__pycache__")
    for name in ("reconciler", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=without)
    shutil.copytree(ROOT / "tests" / "environments", tmp_path / "environments")
    return Copy(tmp_path)


@pytest.mark.thorough
def test_a_transform_is_added_by_its_steps(copy: Copy) -> None:
    copy.follow("A transform")
    copy.settings(
        "field-mappings.yaml", "{from: deviceName, to: name}", "{from: deviceName, to: name, transform: [turned]}"
    )
    copy.case("isSupervised: true", "fields: {name: 2400-PAL}")
    assert copy.run("test", "prod")[0] == 1
    copy.edit("reconciler/settings/mappings/field_mappings.py", '"macAddress"]', '"macAddress", "turned"]')
    copy.edit(
        "reconciler/planning/rules/transforms.py",
        '    "macAddress": _mac_address,\n',
        '    "macAddress": _mac_address,\n    "turned": lambda value: as_text(value)[::-1],\n',
    )
    copy.edit("reconciler/configuration/references/kinds.py", 'case "macAddress":', 'case "macAddress" | "turned":')
    assert copy.run("schema")[0] == 0
    assert copy.run("test", "prod") == (0, PASSED)


@pytest.mark.thorough
def test_a_source_property_is_added_by_its_steps(copy: Copy) -> None:
    copy.follow("A source property")
    copy.settings("field-mappings.yaml", "mappings:\n", "mappings:\n  - {from: colour, to: notes}\n")
    copy.case("colour: blue", "fields: {notes: blue}")
    assert copy.run("test", "prod")[0] == 1
    copy.edit(
        "reconciler/settings/mappings/properties.py",
        '        Property("imei", TEXT),\n',
        '        Property("imei", TEXT),\n        Property("colour", TEXT),\n',
    )
    copy.edit(
        "reconciler/simulator/tenant/records.py",
        '    complianceState: str = "unknown"\n',
        '    complianceState: str = "unknown"\n    colour: str = "grey"\n',
    )
    assert copy.run("schema")[0] == 0
    assert copy.run("test", "prod") == (0, PASSED)
    code = (
        "from reconciler.simulator.tenant.tenant import Tenant\n"
        "print({each.colour for each in Tenant.generate(devices=3).devices.items})"
    )
    assert copy.run("-c", code) == (0, "{'grey'}\n")


@pytest.mark.thorough
def test_a_setting_is_added_by_its_steps(copy: Copy) -> None:
    """Until it does something it is refused by name; then the decision reads it from the model."""
    copy.follow("A setting")
    copy.settings("imports.yaml", "version: 1\n", "version: 1\nnewWithoutStatus: true\n")
    copy.case("isSupervised: true", "status: null")
    copy.edit(
        "reconciler/settings/imports.py",
        "    default_site: SiteName",
        '    new_without_status: bool = Field(default=False, description="New assets get no status.")\n'
        "    default_site: SiteName",
    )
    copy.edit(
        "reconciler/configuration/parsing/unsupported.py",
        '            ("connection.yaml", ("inventory",)',
        '            ("imports.yaml", ("newWithoutStatus",), "assets without a status"),\n'
        '            ("connection.yaml", ("inventory",)',
    )
    assert copy.run("schema")[0] == 0
    code, refused = copy.run("validate", "prod")
    assert (code, "assets without a status" in refused) == (1, True)
    copy.edit(
        "reconciler/configuration/parsing/unsupported.py",
        '            ("imports.yaml", ("newWithoutStatus",), "assets without a status"),\n',
        "",
    )
    copy.edit(
        "reconciler/planning/matching/presence.py",
        "imports.statuses.new",
        "(None if imports.new_without_status else imports.statuses.new)",
    )
    assert copy.run("test", "prod") == (0, PASSED)


@pytest.mark.thorough
def test_an_output_format_is_added_by_its_steps(copy: Copy) -> None:
    copy.follow("An output format")
    assert copy.run("store", "init", "uat")[0] == 0
    (copy.folder / "reconciler" / "report" / "brief.py").write_text(
        'def brief(plan):\n    return f"{plan.instance}: {len(plan.changes)} changes\\n"\n'
    )
    file = "reconciler/cli/runs/plan_artefacts.py"
    copy.edit(file, '    JSON = "json"\n', '    JSON = "json"\n    BRIEF = "brief"\n')
    copy.edit(
        file,
        "        case PlanFormat.HTML:\n",
        "        case PlanFormat.BRIEF:\n"
        "            from reconciler.report.brief import brief\n\n"
        "            return brief(made.plan).encode()\n"
        "        case PlanFormat.HTML:\n",
    )
    assert copy.run("plan", "uat", "--format", "brief") == (0, "uat: 0 changes\n")
