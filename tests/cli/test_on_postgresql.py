"""The flows of every day on a PostgreSQL store, whose URL is a secret (A1, A3, E3, P3)."""

import pytest
from command_line import CommandLine
from postgres import Database
from sqlalchemy.engine import make_url
from storing import dump, execute, query


@pytest.fixture
def served(cli: CommandLine, database: Database, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Return the command line with prod's store on a server; its password is one that must be printed nowhere."""
    whole = make_url(database.url)
    password = whole.password or "never-to-be-printed"
    monkeypatch.setenv("RECONCILER_STORE_URL", whole.set(password=password).render_as_string(hide_password=False))
    for name in ("prod", "uat"):
        cli.edit(f"{name}/instance.yaml", f"url: sqlite:///var/{name}.db", "url: {env: RECONCILER_STORE_URL}")
    cli.secret = password
    return cli


def test_a_plan_is_applied_and_leaves_nothing_to_plan(served: CommandLine, database: Database) -> None:
    """The plan makes nothing, the apply everything, and status, history and show tell of it."""
    assert len(served.plan()["changes"]) > 50
    assert dump(database) == {}
    assert served.apply().code == 0
    assert served.plan()["changes"] == []
    assert "No changes." in served.run("plan", "prod").out
    ((assets, bindings),) = query(database, "SELECT (SELECT count(*) FROM asset), (SELECT count(*) FROM binding)")
    assert (assets, bindings) == (54, 54)
    ((run_id,),) = query(database, "SELECT run_id FROM run")
    assert run_id in served.run("history", "prod").out
    assert served.run("show", "prod", run_id).code == 0
    assert served.run("status", "prod").code == 0
    assert served.run("store", "check", "prod").code == 0
    assert served.run("store", "upgrade", "prod").code == 0
    assert not served.store.parent.exists()


def test_a_saved_plan_is_applied_once_and_refused_when_a_row_moved(served: CommandLine, database: Database) -> None:
    """What was edited between the plan and its apply is listed, and nothing is written (A1)."""
    served.apply()
    saved = str(served.folder / "plan.json")
    for name in ("by hand", "by another hand"):
        execute(database, f"UPDATE asset SET name = '{name}' WHERE id = 1")
        if name == "by hand":
            assert served.run("plan", "prod", "-o", saved).code == 0
    before = {**dump(database), "attempt": []}
    refused = served.run("apply", "prod", saved, "--allow-uncommitted")
    assert refused.code == 4
    assert 'name is "by another hand", not "by hand"' in " ".join(refused.err.split())
    assert {**dump(database), "attempt": []} == before
    execute(database, "UPDATE asset SET name = 'by hand' WHERE id = 1")
    assert served.run("apply", "prod", saved, "--allow-uncommitted").code == 0
    assert served.run("apply", "prod", saved, "--allow-uncommitted").code == 4


def test_a_restored_copy_is_left_as_it_is_while_nothing_is_enabled(served: CommandLine, database: Database) -> None:
    """Production's database as UAT's: a warning, exit 0, and not a row is written, the lease's neither (E3)."""
    served.apply()
    before, leases = dump(database), query(database, "SELECT * FROM lease")
    for command in (("plan", "uat"), ("apply", "uat", "--yes"), ("status", "uat")):
        done = served.run(*command)
        assert done.code == 0
        assert done.err.startswith("Warning: The store is that of prod (production), and this is uat (uat)")
    assert (dump(database), query(database, "SELECT * FROM lease")) == (before, leases)


def test_a_restored_copy_is_adopted_first(served: CommandLine, database: Database) -> None:
    """A store that is another instance's is not written, and then it is uat's (E3)."""
    served.apply()
    served.edit("uat/connections/intune/connection.yaml", "production-only", "all")
    before = dump(database)
    assert served.run("plan", "uat").code == 1
    assert served.apply(name="uat").code == 1
    assert dump(database) == before
    assert served.run("store", "adopt", "uat", "--yes").code == 0
    assert served.apply(name="uat").code == 0
    assert query(database, "SELECT instance FROM stamp") == [("uat",)]


def test_a_server_that_is_away_is_told_without_its_password(
    served: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plan and apply name the place, and exit with 1."""
    monkeypatch.setenv("RECONCILER_STORE_URL", f"postgresql://me:{served.secret}@127.0.0.1:1/prod")
    for command in (("plan", "prod"), ("apply", "prod", "--yes", "--allow-uncommitted"), ("status", "prod")):
        done = served.run(*command)
        assert (done.code, done.out) == (1, "")
        assert "The store postgresql://127.0.0.1:1/prod cannot be reached" in " ".join(done.err.split())
