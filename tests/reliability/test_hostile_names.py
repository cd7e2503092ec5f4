"""Names that anyone can give a device, from Graph to every place where they are shown (V2): nothing acts on them."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine, Done, rows, simulated
from github_markdown import rendered

from reconciler.simulator.tenant.devices import Kind

pytestmark = pytest.mark.thorough

HOSTILE = (
    "\x1b[2J\x1b[1;31mred",
    "\x1b]0;owned\x07",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "| a | b |\n|---|---|\n# heading",
    "```\n</details></table><h1>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "@everyone @octocat #1 GH-2",
    "::set-output name=x::y",
    "\n::error::x\r\n##[error]y",
    "%0A::add-mask::a",
    "a\nb\r\nc\u2028d\x0be",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "a\x00b",
    "x" * 100_000,
    "👩\u200d👩\u200d👧 \U000e0041💥",
    "'; DROP TABLE asset; --",
    '=HYPERLINK("https://evil.example")',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "[bold red]markup[/] {0} %s ${HOME} `id`",
    "\x9b31m\x7f\x85",
)
DATA = {"assets as CSV", "export", *(f"{each} as JSON" for each in ("plan", "history", "show", "assets"))}
"""What machines read, which has the names as they are; a pipeline keeps it in a file."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CommandLine, dict[str, Done]]]:
    """Import devices, users and software of such names, rename them all, and run every command that shows names."""
    cli = CommandLine(tmp_path_factory.mktemp("hostile"))
    with simulated(4) as simulator:
        tenant = simulator.tenant
        cli.connect(simulator)
        cli.lay(
            "prod/instance.yaml",
            "limits: {created: {percent: 100, count: 1000}, updated: {percent: 100, count: 1000}}\n",
        )
        assert cli.apply().code in (0, 5)
        for number, name in enumerate(HOSTILE):
            user = tenant.users.items[number % len(tenant.users.items)]
            tenant.edit_user(user.id, department=name[:80], displayName=name)
            device = tenant.enrol(Kind.LAPTOP, user.id, deviceName=name, managedDeviceName=name, model=name)
            tenant.inventory.set(device, (name, name[:50], name), ("Calm Chart", "1", name))
        yield cli, {}


PLAN = ("plan", "prod", "--recording", "day.rec")
COMMANDS = {
    "record": ("record", "prod", "-o", "day.rec"),
    "plan as text": (*PLAN, "--all"),
    "plan in short": (*PLAN, "--summary"),
    "plan as Markdown": (*PLAN, "--format", "markdown"),
    "plan as HTML": (*PLAN, "--format", "html"),
    "plan as JSON": (*PLAN, "--format", "json"),
    "plan in JSON's log": ("--log-format", "json", *PLAN),
    "apply": ("apply", "prod", "--yes", "--allow-uncommitted", "--allow", "created=99", "--because", "@everyone"),
    "history": ("history", "prod"),
    "history as JSON": ("history", "prod", "--format", "json"),
    "show": ("show", "prod", "RUN"),
    "show as JSON": ("show", "prod", "RUN", "--format", "json"),
    "status": ("status", "prod"),
    "assets": ("assets", "prod"),
    "assets as CSV": ("assets", "prod", "--format", "csv"),
    "assets as JSON": ("assets", "prod", "--format", "json"),
    "explain": ("explain", "prod", "AST-000008"),
    "export": ("store", "export", "prod"),
    "check": ("store", "check", "prod"),
    "undo": ("undo", "prod", "RUN", "-o", "undo.json", "--allow", "removed=99", "--because", "x"),
}


@pytest.fixture
def said(hostile, capfd: pytest.CaptureFixture[str]) -> dict[str, Done]:
    """Return what each command printed, run once, one after the other."""
    cli, found = hostile
    if not found:
        cli.capture = capfd
        for name, command in COMMANDS.items():
            run = rows(cli.store, "SELECT run_id FROM run ORDER BY id DESC")[0]["run_id"]
            meant = {"RUN": run} | {each: str(cli.folder / each) for each in ("undo.json", "day.rec")}
            found[name] = cli.run(*(meant.get(each, each) for each in command))
        cli.capture = None
    return found


def test_every_command_does_its_work(said: dict[str, Done]) -> None:
    """Such names make no command fail; what does not fit its field is a problem of that field alone."""
    assert {name: (done.code, done.err) for name, done in said.items() if done.code not in (0, 3, 5)} == {}
    assert "23 created" in " ".join(said["apply"].out.split())


def test_nothing_is_printed_that_a_terminal_obeys(said: dict[str, Done]) -> None:
    """Of what people read, on stdout and stderr, nothing but printable characters and ends of lines."""
    for name, done in said.items():
        told = done.err if name in DATA else done.out + done.err
        assert {each for each in told if not each.isprintable()} - {"\n"} == set(), name


def test_nothing_is_a_command_of_a_pipeline(said: dict[str, Done]) -> None:
    """GitHub reads `::` where a line begins and `##[` wherever it stands, Azure `##vso[`."""
    for name, done in said.items():
        told = done.err if name in DATA else done.out + done.err
        assert re.findall(r"^\s*::.*|##\[.*|##vso\[.*", told, re.MULTILINE) == [], name


def test_a_name_without_end_is_cut_where_people_read(said: dict[str, Done]) -> None:
    """A hundred thousand characters take some lines of a report, and the plan as JSON has them all."""
    for name in set(COMMANDS) - DATA - {"plan as HTML", "plan as Markdown"}:
        assert "x" * 1_100 not in re.sub(r"\s", "", said[name].out + said[name].err), name
    assert "x" * 100_000 in said["plan as JSON"].out


def test_markdown_holds_nothing_that_acts(said: dict[str, Done]) -> None:
    """As GitHub renders it: no link, image, mention, heading or tag of theirs, and it fits a comment."""
    page = rendered(said["plan as Markdown"].out)
    assert len(said["plan as Markdown"].out) <= 65_536
    assert page.active() == []
    assert [link for link in page.links if "evil" in link] == []
    assert not page.unbalanced
    assert {tag.split()[0] for tag in page.tags} & {"script", "img", "h1"} == set()


def test_html_holds_nothing_that_acts(said: dict[str, Done]) -> None:
    """Each name is text; what the browser makes of the page is tested in one."""
    page = said["plan as HTML"].out
    assert "<script>alert" not in page
    assert "<img" not in page
    assert len(page) > 50_000
    assert 'href="https://evil' not in page


@pytest.mark.parametrize("name", ["plan as JSON", "history as JSON", "show as JSON", "assets as JSON"])
def test_json_is_json_and_loses_nothing(said: dict[str, Done], name: str) -> None:
    """A machine gets the names as they are."""
    data = said[name].out
    held = json.dumps(json.loads(data), ensure_ascii=False)
    if name != "history as JSON":
        assert json.dumps("'; DROP TABLE asset; --")[1:-1] in held
        assert "\u202egnp.exe" in json.loads(f'"{held[held.index("gnp.exe") - 1]}gnp.exe"')


def test_the_log_is_an_object_to_a_line(said: dict[str, Done]) -> None:
    """However many lines a name has."""
    for line in said["plan in JSON's log"].err.splitlines():
        assert isinstance(json.loads(line), dict)


@pytest.mark.parametrize("name", ["assets as CSV", "export"])
def test_no_cell_of_a_csv_is_a_formula(said: dict[str, Done], name: str) -> None:
    """A spreadsheet shows each as text."""
    cells = [cell for row in csv.reader(io.StringIO(said[name].out)) for cell in row]
    assert len(cells) > 300
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


@pytest.mark.usefixtures("said")
def test_the_store_has_the_names_and_nothing_else_happened(hostile) -> None:
    """SQL in a name is a name."""
    cli, _ = hostile
    names = {row["name"] for row in rows(cli.store, "SELECT name FROM asset")}
    assert "'; DROP TABLE asset; --" in names
    assert "\u202egnp.exe\u2066\u200b\ufeff" in names
    assert Path(cli.folder / "undo.json").exists()
