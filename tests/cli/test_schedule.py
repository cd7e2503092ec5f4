"""`apply --scheduled`, and planning one connection or asset alone (A5)."""

from command_line import CommandLine, everything, rows

from reconciler.simulator.server import Simulator


def test_a_pipeline_may_tick_as_often_as_it_likes(cli: CommandLine, simulator: Simulator) -> None:
    """The first tick imports, the next asks Graph for nothing, and writes nothing and no recording."""
    recording = cli.folder / "recording.gz"
    assert cli.apply("--scheduled", "--record", str(recording)).code == 0
    recording.unlink()
    before, asked = everything(cli.store), simulator.tally.total
    done = cli.apply("--scheduled", "--record", str(recording))
    assert (done.code, recording.exists()) == (0, False)
    assert "intune not read: not due: it was read at" in " ".join(done.out.split())
    assert "No changes: no connection was read." in done.out
    assert (everything(cli.store), simulator.tally.total) == (before, asked)


def test_an_integrator_that_is_off_is_never_due(cli: CommandLine, simulator: Simulator) -> None:
    asked = simulator.tally.total
    file = cli.overlay / "prod" / "connections" / "intune" / "connection.yaml"
    file.write_text(file.read_text().rstrip() + "\nintegrator: {enabled: false}\n")
    done = cli.apply("--scheduled")
    assert done.code == 0
    assert "its integrator is not enabled" in " ".join(done.out.split())
    assert simulator.tally.total == asked
    assert not cli.store.exists()


def test_a_plan_of_one_asset_changes_that_asset_alone(cli: CommandLine, simulator: Simulator) -> None:
    """Applied as a saved plan it records neither the read nor the settings."""
    assert cli.apply().code == 0
    device = next(one for one in simulator.tenant.devices.items if one.managedDeviceOwnerType == "company")
    simulator.tenant.rename(device.id, "PICKED-1")
    simulator.tenant.rename(
        next(
            one.id
            for one in simulator.tenant.devices.items
            if one.managedDeviceOwnerType == "company" and one.id != device.id
        ),
        "PICKED-2",
    )
    saved = cli.folder / "picked.plan"
    reads = rows(cli.store, "SELECT read_at FROM connection_read")
    assert cli.run("plan", "prod", "--only", "PICKED-1", "-o", str(saved)).code == 0
    assert cli.run("apply", "prod", str(saved), "--allow-uncommitted").code == 0
    named = rows(cli.store, "SELECT name FROM asset WHERE name LIKE 'PICKED%'")
    assert named == [{"name": "PICKED-1"}]
    assert rows(cli.store, "SELECT read_at FROM connection_read") == reads


def test_a_connection_that_is_not_there_is_wrong_usage(cli: CommandLine) -> None:
    done = cli.run("plan", "prod", "--connection", "intun")
    assert done.code == 64
    assert "Did you mean `intune`?" in done.err


def test_status_is_an_alarm_for_a_schedule_that_stopped(cli: CommandLine, simulator: Simulator) -> None:
    """A read of two days ago is older than 26 hours, and not than a week."""
    simulator.tenant.advance(-2 * 86_400)
    assert cli.apply().code == 0
    late = cli.run("status", "prod", "--max-age", "26h")
    assert late.code == 1
    assert "connection intune was last read at" in late.err
    assert cli.run("status", "prod", "--max-age", "7d").code == 0
    assert cli.run("status", "prod", "--max-age", "soon").code == 64
