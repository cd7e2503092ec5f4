"""`--trace FILE`: every request is a line of JSON, without what it may not say."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reconciler.cli.main import run
from reconciler.request_trace import shown_url
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "requests.jsonl"


def traced(connection: Any, file: Path, *command: str) -> list[dict[str, Any]]:
    """Run a command with a trace, and return the trace's lines."""
    connection.cli.run(*command, "--trace", str(file))
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.quick
def test_each_request_of_a_plan_is_a_line(connection, file: Path) -> None:
    """The trace has the requests that the simulator has seen, sign-in and Graph, and what each was answered."""
    lines = traced(connection, file, "plan", "prod")
    asked = [(line["method"], urlsplit(line["url"]).path) for line in lines]
    assert Counter(asked) == Counter(connection.simulator.tally.log)
    assert any(path.endswith("/oauth2/v2.0/token") for _, path in asked)
    assert {frozenset(line) for line in lines} == {frozenset({"at", "method", "url", "seconds", "status", "requestId"})}
    assert {line["status"] for line in lines} == {200, 201}
    assert None not in [line["requestId"] for line in lines if "/v1.0/" in line["url"]]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["at"]) for line in lines)


def test_each_try_is_a_line_of_its_own(connection, file: Path) -> None:
    connection.simulator.inject(Fault(FaultName.SERVER_ERROR, on=(Endpoint.DEVICES,), times=2))
    lines = traced(connection, file, "authorize", "prod")
    statuses = [line["status"] for line in lines if "managedDevices?" in line["url"]]
    assert statuses[:3] == [503, 503, 200]


def test_a_request_without_an_answer_is_a_line_with_its_error(connection, file: Path) -> None:
    connection.simulator.inject(Fault(FaultName.DROP, on=(Endpoint.DEVICES,), times=1))
    lines = traced(connection, file, "authorize", "prod")
    assert [line["error"] for line in lines if line["status"] is None] == ["ConnectionError"]


def test_the_file_is_for_its_owner_only_also_where_one_stood(connection, file: Path) -> None:
    file.write_text("of yesterday\n")
    file.chmod(0o644)
    assert traced(connection, file, "authorize", "prod")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_ends_the_command_before_it_reads(connection, tmp_path: Path) -> None:
    done = connection.cli.run("plan", "prod", "--trace", str(tmp_path / "nowhere" / "file"))
    assert (done.code, done.out) == (1, "")
    assert "cannot be written: No such file or directory. Name another file for --trace." in done.err
    assert connection.simulator.tally.log == ()


def test_nothing_is_traced_after_the_command(connection, file: Path) -> None:
    lines = traced(connection, file, "authorize", "prod")
    assert run(connection.cli.arguments("authorize", "prod")) == 0
    assert len(file.read_text().splitlines()) == len(lines)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://graph.test/v1.0/users?$select=id,name&$top=5",
            "https://graph.test/v1.0/users?$select=id,name&$top=5",
        ),
        ("https://graph.test/v1.0/users?$skiptoken=SECRET&$top=5", "https://graph.test/v1.0/users?$skiptoken=…&$top=5"),
        ("https://blob.test/a.zip?sv=2020&sig=SECRET", "https://blob.test/a.zip?sv=…&sig=…"),
        (
            "https://me:SECRET@halo.test/api/asset?search=SECRET&page_no=2#SECRET",
            "https://halo.test/api/asset?search=…&page_no=2",
        ),
        (
            "https://snipe.test/api/v1/hardware?limit=500&offset=0",
            "https://snipe.test/api/v1/hardware?limit=500&offset=0",
        ),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_secret(url: str, shown: str) -> None:
    assert shown_url(url) == shown
