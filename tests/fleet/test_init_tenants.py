"""`init --tenants` writes what many tenants share once, and a few lines for each (K9)."""

from pathlib import Path

import pytest
from command_line import CommandLine

HEADER = "name,tenantId,clientId,kind\n"


@pytest.fixture
def empty(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """Return a command line in a folder without environments."""
    (tmp_path / "environments").mkdir()
    return CommandLine(tmp_path, capfd)


def table(folder: Path, text: str) -> Path:
    file = folder / "tenants.csv"
    file.write_text(text)
    return file


def tenant(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def test_forty_tenants_take_a_few_lines_each(empty: CommandLine) -> None:
    """At most 15 beyond what is shared, and all of it validates."""
    rows = "".join(f"t{number:02},{tenant(number)},,{'test' if number % 2 else ''}\n" for number in range(40))
    file = table(empty.folder, HEADER + rows)
    into = empty.folder / "made"
    done = empty.run("init", str(into), "--tenants", str(file), "--ci", "none")
    assert done.code == 0, done.err
    empty.folder = into
    folders = sorted(path for path in empty.environments.iterdir() if path.name != "_shared")
    assert len(folders) == 40
    lines = [sum(len(file.read_text().splitlines()) for file in folder.rglob("*.yaml")) for folder in folders]
    assert max(lines) <= 15
    assert empty.run("fleet", "validate", "--strict").out.endswith("40 environments: 40 done.\n")
    shown = empty.run("show-settings", "t07", "--no-origin").out
    assert "secret: {env: INTUNE_SECRET_T07}" in shown
    assert "kind: test" in shown


def test_one_postgresql_holds_every_store(empty: CommandLine) -> None:
    """Each has a schema of its own there (N5)."""
    into = empty.folder / "made"
    file = table(empty.folder, f"name,tenantId\nnorth-west,{tenant(1)}\n7,{tenant(2)}\n")
    assert empty.run("init", str(into), "--tenants", str(file), "--ci", "none", "--store", "postgresql").code == 0
    empty.folder = into
    assert empty.run("fleet", "validate", "--strict").code == 0
    assert "schema: t_north_west" in empty.run("show-settings", "north-west").out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"name,tenantId\na,{tenant(1)}\nb,{tenant(1)}\n", f"line 3: the tenant {tenant(1)} stands on line 2 already"),
        (f"name,tenantId\na,{tenant(1)}\na,{tenant(2)}\n", "line 3: the name a stands on line 2 already"),
        (f"name,tenantId\nA B,{tenant(1)}\n", "line 2: `A B` cannot be an environment's name"),
        ("name,tenantId\na,common\n", "line 2: `common` is no tenant"),
        (f"name,tenantId,kind\na,{tenant(1)},prodution\n", "line 2: `prodution` is no kind of instance"),
        (f"name,tenantid\na,{tenant(1)}\n", "has a column `tenantid`. Did you mean `tenantId`?"),
        ("name\na\n", "lacks the column `tenantId`"),
        ("name,tenantId\n", "it has no row"),
    ],
)
def test_a_table_that_cannot_be_is_refused_row_by_row(empty: CommandLine, text: str, told: str) -> None:
    into = empty.folder / "made"
    done = empty.run("init", str(into), "--tenants", str(table(empty.folder, text)))
    assert (done.code, told in done.err, into.exists()) == (1, True, False)
