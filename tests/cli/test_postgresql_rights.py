"""The rights in PostgreSQL that the page about stores lists are enough, each for what it is listed for."""

import re
from collections.abc import Callable, Iterator

import pytest
from command_line import ROOT, CommandLine
from postgres import Database
from sqlalchemy.engine import make_url
from storing import execute, query

from reconciler.simulator.server import Simulator

pytestmark = pytest.mark.thorough

PAGE = (ROOT / "docs" / "stores.md").read_text(encoding="utf-8")
ROLES = ("owner", "applies", "reads")
USERS = "SELECT upn FROM person WHERE active AND upn IS NOT NULL ORDER BY id LIMIT 2"


@pytest.fixture
def become(cli: CommandLine, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return what makes the command line a user of the page, with the rights that its block gives and no others."""
    names = {role: f"{role}_{database.name}" for role in ROLES}
    cli.edit("prod/instance.yaml", "url: sqlite:///var/prod.db", "url: {env: RECONCILER_STORE_URL}")
    everybody = f"REVOKE ALL ON SCHEMA public FROM PUBLIC; REVOKE TEMPORARY ON DATABASE {database.name} FROM PUBLIC"
    execute(database, everybody, *(f"CREATE ROLE {name} LOGIN" for name in names.values()))

    def become(role: str) -> None:
        (block,) = re.findall(rf"^```sql {role}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
        execute(database, block.replace("DATABASE assets", f"DATABASE {database.name}").replace(role, names[role]))
        url = make_url(database.url).set(username=names[role], password="none")
        monkeypatch.setenv("RECONCILER_STORE_URL", url.render_as_string(hide_password=False))

    yield become
    execute(database, *(f"DROP OWNED BY {name}; DROP ROLE {name}" for name in names.values()))


def test_each_user_has_what_it_needs(
    become: Callable[[str], None], cli: CommandLine, database: Database, simulator: Simulator
) -> None:
    """The owner makes the store; another applies, pins, prunes, merges users and undoes; a third one only reads."""
    become("owner")
    assert cli.apply().code == 0
    assert cli.run("store", "upgrade", "prod").code == 0

    become("applies")
    for device in simulator.tenant.devices.items[:5]:
        simulator.tenant.rename(device.id, f"NEW-{device.deviceName}")
    applied = cli.apply()
    assert applied.code == 0, applied.err
    ((run,),) = query(database, "SELECT run_id FROM run ORDER BY id DESC LIMIT 1")
    ((kept,), (other,)) = query(database, USERS)
    ((tag,),) = query(database, "SELECT tag FROM asset LIMIT 1")
    execute(database, "UPDATE run SET finished_at = '2020-01-01T00:00:00Z' WHERE id = 1")
    for command in (
        ("undo", "prod", run, "--yes"),
        ("store", "pin", "prod", tag, "name", "--because", "it is right"),
        ("store", "unpin", "prod", tag, "name"),
        ("store", "prune", "prod", "--older-than", "30d", "--yes"),
        ("store", "merge-users", "prod", kept, other, "--yes"),
    ):
        done = cli.run(*command)
        assert done.code == 0, (command, done)

    become("reads")
    for command in (("plan", "prod"), ("status", "prod"), ("history", "prod"), ("assets", "prod")):
        done = cli.run(*command)
        assert done.code == 0, (command, done)
    refused = cli.apply("--resume")
    assert refused.code == 1
    assert "Let its owner run: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO" in refused.err
