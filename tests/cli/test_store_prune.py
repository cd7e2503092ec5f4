"""`reconciler store prune`: a dry run first, and what stays (J1)."""

from command_line import CommandLine, rows, write


def test_a_dry_run_removes_nothing_and_yes_does(cli: CommandLine) -> None:
    """What goes is counted either way."""
    assert cli.apply().code == 0
    cli.edit("prod/catalogue.yaml", "seats: 40", "seats: 41")
    assert cli.apply().code == 0
    assert cli.run("store", "prune", "prod", "--older-than", "30d").err.startswith("Nothing is older than 30d")
    write(cli.store, "UPDATE run SET finished_at = '2020-01-01T00:00:00Z'")
    dry = cli.run("store", "prune", "prod", "--older-than", "30d")
    assert (dry.code, dry.out.startswith("To remove: "), "of 1 run" in dry.out) == (0, True, True)
    assert rows(cli.store, "SELECT count(*) AS n FROM run WHERE pruned_at IS NOT NULL") == [{"n": 0}]
    done = cli.run("store", "prune", "prod", "--older-than", "30d", "--yes")
    assert (done.code, done.out) == (0, dry.out.replace("To remove", "Removed"))
    assert rows(cli.store, "SELECT id FROM run WHERE pruned_at IS NOT NULL") == [{"id": 1}]
    assert cli.run("store", "prune", "prod").code == 64
