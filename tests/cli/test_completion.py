"""A shell completes commands, options, their values and environments (real bash)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT

_COMPLETED = """
eval "$(_RECONCILER_COMPLETE=source_bash reconciler)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
$(complete -p reconciler | sed 's/.* -F \\([^ ]*\\) .*/\\1/') reconciler
echo "${COMPREPLY[*]}"
"""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["pl"], ["plan"]),
        (["plan", ""], ["prod", "uat"]),
        (["plan", "p"], ["prod"]),
        (["plan", "prod", "--fo"], ["--format"]),
        (["plan", "prod", "--format", ""], ["text", "markdown", "html", "json"]),
        (["diff", "prod", "u"], ["uat"]),
        (["store", "unp"], ["unpin"]),
        (["--environments", "nowhere", "plan", ""], []),
    ],
    ids=" ".join,
)
def test_bash_completes(words: list[str], offered: list[str]) -> None:
    """What bash offers is what the command line takes."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", _COMPLETED, "bash", "reconciler", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (offered, "")
