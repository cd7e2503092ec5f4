"""A `gh api` without GitHub: it answers from a JSON file in the folder that FAKE_GH names, and keeps what is sent."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

FOLDER = Path(os.environ["FAKE_GH"])
STATE = FOLDER / "state.json"
BOT = {"login": "github-actions[bot]"}
LONGEST = 65_536


def main(arguments: list[str]) -> int:
    """Answer one call."""
    state = json.loads(STATE.read_text())
    method, url, filtering, fields = parsed(arguments)
    state["calls"].append(f"{method} {url}")
    if not os.environ.get("GH_TOKEN"):
        return complain(
            state, "gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable."
        )
    if state["failures"]:
        state["failures"] -= 1
        return complain(state, "gh: API rate limit exceeded (HTTP 403)")
    if len(fields.get("body", "")) > LONGEST:
        return complain(state, "gh: Validation Failed: body is too long (HTTP 422)")
    answer = answered(state, method, urlsplit(url), fields)
    STATE.write_text(json.dumps(state))
    if isinstance(answer, bytes):
        sys.stdout.buffer.write(answer)
    elif filtering:
        done = subprocess.run(
            ["jq", "-r", filtering], check=False, input=json.dumps(answer), text=True, capture_output=True
        )
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
        return done.returncode
    return 0


def parsed(arguments: list[str]) -> tuple[str, str, str, dict[str, str]]:
    """Return the method, the address, the jq filter and the fields of a call; flags that change nothing are skipped."""
    method, url, filtering, fields = "GET", "", "", {}
    rest = iter(arguments[1:])
    for each in rest:
        if each == "--method":
            method = next(rest)
        elif each == "--jq":
            filtering = next(rest)
        elif each in ("-f", "-F"):
            name, _, value = next(rest).partition("=")
            fields[name] = Path(value[1:]).read_text() if each == "-F" and value.startswith("@") else value
        elif not each.startswith("--"):
            url = each
    return method, url, filtering, fields


def answered(state: dict[str, Any], method: str, url: Any, fields: dict[str, str]) -> Any:
    """Return GitHub's answer, and note what is sent."""
    path = url.path.partition("/")[2].partition("/")[2].partition("/")[2]
    query = parse_qs(url.query)
    if path == "actions/artifacts":
        return {"artifacts": [each for each in state["artifacts"] if each["name"] == query["name"][0]]}
    if found := re.fullmatch(r"actions/artifacts/(\d+)/zip", path):
        return (FOLDER / f"{found[1]}.zip").read_bytes()
    if found := re.fullmatch(r"issues/(\d+)/comments", path):
        mine = [each for each in state["comments"] if each["issue"] == found[1]]
        if method == "POST":
            state["comments"].append({"id": len(state["comments"]) + 1, "issue": found[1], "user": BOT, **fields})
        return mine
    if found := re.fullmatch(r"issues/comments/(\d+)", path):
        next(each for each in state["comments"] if each["id"] == int(found[1])).update(fields)
        return {}
    if path == "issues" and method == "POST":
        state["issues"].append({"number": len(state["issues"]) + 1, "state": "open", "user": BOT, **fields})
        return {}
    if path == "issues":
        return [each for each in state["issues"] if each["state"] == query["state"][0]]
    if found := re.fullmatch(r"issues/(\d+)", path):
        next(each for each in state["issues"] if each["number"] == int(found[1])).update(fields)
        return {}
    raise SystemExit(f"gh: Not Found: {method} {path} (HTTP 404)")


def complain(state: dict[str, Any], message: str) -> int:
    """Say what is wrong, as gh does."""
    STATE.write_text(json.dumps(state))
    sys.stderr.write(f"{message}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
