"""A release: the tag is the version, and its notes are the changelog's section."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import reconciler

ROOT = Path(__file__).parents[2]
BUILD = ROOT / ".ci" / "build"


def notes(folder: Path, changelog: str, tag: str) -> subprocess.CompletedProcess[str]:
    """Run the build script in a folder in which the programs that build are stand-ins."""
    (folder / ".ci").mkdir()
    shutil.copy(BUILD, folder / ".ci" / "build")
    (folder / "CHANGELOG.md").write_text(changelog)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for path, text in (
        (programs / "python", "echo 1.2.0"),
        (programs / "hatchling", "true"),
        (programs / "cyclonedx-py", "true"),
        (folder / "make", "true"),
    ):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    return subprocess.run(
        ["bash", folder / ".ci" / "build", tag, folder / "dist"],
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


CHANGELOG = "# Changelog\n\n## Unreleased\n\n- Later.\n\n## 1.2.0\n\n- A thing.\n\n## 1.1.0\n\n- Before.\n"


def test_the_notes_are_the_section_of_the_version(tmp_path: Path) -> None:
    """Nothing of the sections around it is in the notes."""
    done = notes(tmp_path, CHANGELOG, "v1.2.0")

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "dist" / "notes.md").read_text().strip() == "- A thing."


@pytest.mark.parametrize(
    ("changelog", "tag", "message"),
    [
        (CHANGELOG, "v1.3.0", "The tag is v1.3.0 and the version v1.2.0"),
        ("# Changelog\n\n## Unreleased\n", "v1.2.0", 'CHANGELOG.md has no section "## 1.2.0"'),
    ],
)
def test_a_release_that_does_not_fit_is_refused(tmp_path: Path, changelog: str, tag: str, message: str) -> None:
    """Another tag than the version's, or nothing to say, builds nothing."""
    done = notes(tmp_path, changelog, tag)

    assert done.returncode == 1
    assert done.stderr.startswith(message)


def test_the_version_is_one() -> None:
    """Tags are v and three numbers."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", reconciler.__version__)
