"""The pipeline that a command runs in, and who started it: what GitHub, GitLab, Azure and Jenkins say of both."""

import getpass
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A run of a pipeline: what runs it, its address, and who started it; None where it does not say."""

    product: str
    address: str | None
    actor: str | None


def pipeline(variables: Mapping[str, str]) -> Pipeline | None:
    """Return the pipeline that these environment variables are of, None outside any.

    The variables are the documented ones: GitHub's default variables, GitLab's predefined ones, Azure's predefined
    ones (`System.CollectionUri` reads SYSTEM_COLLECTIONURI), Jenkins's own and those of its build user vars plugin.
    """
    known = {name: value for name, value in variables.items() if value}
    if "GITHUB_RUN_ID" in known or known.get("GITHUB_ACTIONS") == "true":
        return Pipeline("GitHub Actions", _github(known), known.get("GITHUB_ACTOR"))
    if known.get("GITLAB_CI") == "true" or "CI_JOB_URL" in known:
        return Pipeline("GitLab CI", known.get("CI_JOB_URL"), known.get("GITLAB_USER_LOGIN"))
    if known.get("TF_BUILD", "").lower() == "true":
        return Pipeline("Azure DevOps", _azure(known), known.get("BUILD_REQUESTEDFOR"))
    if "JENKINS_URL" in known or "BUILD_URL" in known:
        return Pipeline("Jenkins", known.get("BUILD_URL"), known.get("BUILD_USER_ID"))
    return None


def _github(known: Mapping[str, str]) -> str | None:
    server, repository, run = (known.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None


def _azure(known: Mapping[str, str]) -> str | None:
    collection = known.get("SYSTEM_COLLECTIONURI") or known.get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")
    project, build = known.get("SYSTEM_TEAMPROJECT"), known.get("BUILD_BUILDID")
    if not (collection and project and build):
        return None
    return f"{collection.rstrip('/')}/{quote(project, safe='')}/_build/results?buildId={build}"


def who() -> str:
    """Return who applies: the one who started the pipeline, else this machine's user (J1)."""
    found = pipeline(os.environ)
    if found is not None and found.actor:
        return found.actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"


def where() -> str:
    """Return where the apply runs: the address of the pipeline's run, else this machine's name (J1)."""
    return run_address() or socket.gethostname()


def run_address() -> str | None:
    """Return the address of the pipeline's run, None where there is no pipeline that says it."""
    found = pipeline(os.environ)
    return found.address if found else None
