"""Whatever is wrong with what the program is given: one paragraph with what to do, the exit code, nothing written."""

import socket
import sqlite3
from pathlib import Path

import msgspec
import pytest
from command_line import CommandLine, Done

from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator


def refused(cli: CommandLine, *arguments: str, code: int = 1) -> str:
    """Run what has to be refused, see that nothing was made, and return the one paragraph that says why."""
    before = files(cli.folder)
    done = cli.run(*arguments)
    assert (done.code, done.out) == (code, "")
    assert files(cli.folder) == before
    paragraph = done.err.splitlines()[-1]
    assert paragraph.endswith(".")
    return paragraph


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Settings


def problems(cli: CommandLine, file: str, text: str) -> Done:
    """Put a file in the place of one of prod's, and plan."""
    (cli.environments / "prod" / file).write_text(text)
    done = cli.run("plan", "prod")
    assert (done.code, done.out) == (1, "")
    assert not cli.store.exists()
    return done


def test_broken_yaml_has_its_place(offline: CommandLine) -> None:
    """File, line and column of what is no YAML."""
    done = problems(offline, "instance.yaml", "version: 1\nname: [prod\nkind: production\n")
    assert "environments/prod/instance.yaml:2:7: " in done.err


def test_an_unknown_key_has_its_place_and_the_key_that_was_meant(offline: CommandLine) -> None:
    """A misspelt key is an error, with a did-you-mean."""
    offline.edit("prod/connections/intune/imports.yaml", "createAssets:", "createAsset:")
    done = offline.run("plan", "prod")
    assert done.code == 1
    assert "createAssets" in done.err
    assert "imports.yaml:" in done.err


def test_every_problem_is_told_at_once(offline: CommandLine) -> None:
    """Problems of two files are in one message."""
    offline.edit("prod/connections/intune/imports.yaml", "createAssets:", "createAsset:")
    done = problems(offline, "instance.yaml", "version: 2\n")
    assert {"imports.yaml" in done.err, "instance.yaml" in done.err} == {True}


# Credentials


def test_a_variable_that_is_not_set_is_named(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The missing secret's variable, not its value, and nobody was asked."""
    monkeypatch.delenv("INTUNE_CLIENT_SECRET")
    assert "INTUNE_CLIENT_SECRET" in refused(cli, "plan", "prod")


def test_a_wrong_secret_tells_the_sign_ins_code_and_text(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """AADSTS7000215 with its text, and not the secret that was tried."""
    monkeypatch.setenv("INTUNE_CLIENT_SECRET", "tried-but-wrong")
    said = refused(cli, "plan", "prod")
    assert "AADSTS7000215" in said
    assert "Invalid client secret" in said
    assert "tried-but-wrong" not in said


def test_a_host_that_nobody_allowed_gets_nothing(
    cli: CommandLine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Addresses that are not Microsoft's need RECONCILER_ALLOW_HOST (K8)."""
    monkeypatch.delenv("RECONCILER_ALLOW_HOST")
    assert "RECONCILER_ALLOW_HOST=localhost" in refused(cli, "plan", "prod")
    assert simulator.tally.total == 0


# Graph


def test_html_instead_of_json_is_told_as_that(cli: CommandLine, simulator: Simulator) -> None:
    """A proxy's page is no answer of Graph's."""
    simulator.inject(Fault(FaultName.HTML, on=(Endpoint.DEVICES,), times=None))
    said = refused(cli, "apply", "prod", "--yes", "--allow-uncommitted")
    assert "not with the JSON that Graph sends: text/html" in said
    assert "whether a proxy answered" in said


def test_html_from_the_sign_in_is_told_as_that(cli: CommandLine, simulator: Simulator) -> None:
    """A captive portal is not Microsoft's sign-in."""
    simulator.inject(Fault(FaultName.HTML, on=(Endpoint.TOKEN, Endpoint.DISCOVERY), times=None))
    said = refused(cli, "plan", "prod")
    assert said.startswith("Signing in to tenant 7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11 failed")
    assert "text/html" in said


# The store


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"This is no database. " * 100, "is not a SQLite database"), (b"SQLite format 3\x00" + b"\xff" * 4000, "store")],
)
def test_a_store_that_is_no_database_is_told_with_its_path(cli: CommandLine, content: bytes, said: str) -> None:
    """A file that is something else is neither read as a store nor overwritten."""
    cli.store.parent.mkdir()
    cli.store.write_bytes(content)
    for command in (
        "plan prod",
        "apply prod --yes --allow-uncommitted",
        "status prod",
        "history prod",
        "store init prod",
    ):
        message = refused(cli, *command.split())
        assert said in message
        assert str(cli.store) in message


def test_a_store_that_is_a_folder_is_told_as_that(cli: CommandLine) -> None:
    """A folder where the store should be."""
    cli.store.mkdir(parents=True)
    assert "is a folder" in refused(cli, "plan", "prod")


def test_another_programs_database_is_not_touched(cli: CommandLine) -> None:
    """Tables that are not ours stay alone."""
    cli.store.parent.mkdir()
    other = sqlite3.connect(cli.store)
    other.execute("CREATE TABLE theirs (id INTEGER)")
    other.close()
    assert "is another program's" in refused(cli, "apply", "prod", "--yes", "--allow-uncommitted")


# Files


def test_recordings_that_are_none_are_refused(cli: CommandLine) -> None:
    """Missing, a folder, other text, cut short, changed, of another version: each is said, and what to do."""
    good = cli.folder / "good.rec"
    cli.run("record", "prod", "-o", str(good))
    data, bad = good.read_bytes(), cli.folder / "bad.rec"

    def plan(content: bytes) -> str:
        bad.write_bytes(content)
        return refused(cli, "plan", "prod", "--recording", str(bad))

    assert "No such file" in refused(cli, "plan", "prod", "--recording", str(cli.folder / "no.rec"))
    assert "Is a directory" in refused(cli, "plan", "prod", "--recording", str(cli.folder))
    assert "is not a recording" in plan(b"version: 1\n")
    assert "cut short" in plan(data[: len(data) // 2])
    assert "bad.rec" in plan(data.replace(b"LT-", b"XX-", 1))
    assert "version 9" in plan(
        data.replace(b'"version":1', b'"version":9', 1).replace(b'"formatVersion":1', b'"formatVersion":9', 1)
    )


def test_plans_that_are_none_are_refused(cli: CommandLine) -> None:
    """Missing, a folder, other text, cut short, of another version: each exits with 4 and says what to do."""
    good = cli.folder / "good.plan"
    cli.run("plan", "prod", "-o", str(good))
    data, bad = good.read_bytes(), cli.folder / "bad.plan"

    def apply(file: Path) -> str:
        return refused(cli, "apply", "prod", str(file), "--allow-uncommitted", code=4)

    def apply_bytes(content: bytes) -> str:
        bad.write_bytes(content)
        return apply(bad)

    assert "No such file" in apply(cli.folder / "no.plan")
    assert "Is a directory" in apply(cli.folder)
    assert "is not a saved plan" in apply_bytes(b"version: 1\n")
    assert "it is empty" in apply_bytes(b"")
    assert "cut short" in apply_bytes(data[: len(data) // 2])
    assert "format version 9" in apply_bytes(data.replace(b'"formatVersion":2', b'"formatVersion":9', 1))
    assert msgspec.json.decode(data)["instance"] == "prod"


@pytest.mark.parametrize("command", ["plan prod -o", "plan prod --format text -o", "record prod -o"])
def test_a_file_that_can_not_be_written_is_told_before_anything_is_read(
    cli: CommandLine, simulator: Simulator, command: str
) -> None:
    """A folder that is not there, or a folder instead of a file."""
    for place in (cli.folder / "nowhere" / "file", cli.folder):
        assert "Name another file." in refused(cli, *command.split(), str(place))
    assert simulator.tally.total == 0


@pytest.mark.parametrize("command", ["plan prod -o", "plan prod --format text -o", "record prod -o"])
def test_a_place_where_nothing_can_be_written_is_told(cli: CommandLine, command: str) -> None:
    """The system's own reason, and what to do."""
    message = refused(cli, *command.split(), "/proc/nothing")
    assert "could not be written to /proc/nothing" in message
    assert "ame another file." in message


def test_schemas_that_can_not_be_written_are_told(offline: CommandLine) -> None:
    """A file where the folder should be."""
    (offline.folder / "file").write_text("")
    assert "Name another folder or page." in refused(offline, "schema", "-o", str(offline.folder / "file"))


def test_an_unreachable_host_is_told_with_its_name(offline: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port where nobody listens: the host is named, with what to do."""
    monkeypatch.setattr("reconciler.intune.http.transport.MOST_WAITS_UNCONNECTED", 0)  # the waits are tested elsewhere
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"localhost:{free.getsockname()[1]}"
    offline.lay(
        "prod/connections/intune/connection.yaml", f"cloud: {{authority: https://{host}, graph: https://{host}}}\n"
    )
    monkeypatch.setenv("INTUNE_CLIENT_SECRET", offline.secret)
    monkeypatch.setenv("RECONCILER_ALLOW_HOST", "localhost")
    assert f"{host} refused the connection; check the address and the network" in refused(offline, "plan", "prod")


def test_a_certificate_that_nobody_vouches_for_is_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the simulator's authority its certificate is not trusted, and no secret is sent."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert "certificate" in refused(cli, "plan", "prod")
