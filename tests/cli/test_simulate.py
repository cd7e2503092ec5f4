"""`reconciler simulate`: what it prints, and a port that cannot be served."""

import os
import socket
import subprocess

import pytest
from command_line import CommandLine


def test_a_port_that_is_taken_is_named(cli: CommandLine) -> None:
    """It is the user's to choose another, and no defect of the program."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = cli.run("simulate", "--devices", "1", "--port", str(port))

    assert (done.code, done.out) == (64, "")
    assert done.err == (
        f"Port {port} cannot be served: Address already in use. Name another with --port; 0 takes a free one.\n"
    )


def test_what_a_connection_needs_is_printed(cli: CommandLine) -> None:
    """The variables, the tenant and the application, and the cloud that is this machine."""
    command = cli.command("simulate", "--devices", "1", "--seed", "2")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as started:
        assert started.stdout is not None
        lines = [started.stdout.readline().rstrip() for _ in range(9)]
        started.terminate()

    assert [line.partition("=")[0] for line in lines[:3]] == [
        "export INTUNE_CLIENT_SECRET",
        "export RECONCILER_ALLOW_HOST",
        "export REQUESTS_CA_BUNDLE",
    ]
    assert lines[5].startswith("tenantId: ")
    assert lines[6].startswith("clientId: ")
    assert lines[7] == "cloud:"


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [("--tenant-id", "nonsense", "valid UUID"), ("--clock", "nonsense", "does not match the formats")],
)
def test_an_id_or_a_time_that_is_none_is_refused(cli: CommandLine, option: str, text: str, said: str) -> None:
    """What is wrong is said before anything is served."""
    done = cli.run("simulate", option, text)
    assert (done.code, said in done.err) == (64, True)
