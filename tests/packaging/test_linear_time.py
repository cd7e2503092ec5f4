"""What `.ci/wheel` checks of patterns on each Python holds on this one."""

import runpy
from pathlib import Path


def test_patterns_are_linear() -> None:
    """Look-around and back-references are refused, and a hostile pattern takes time in proportion to the text."""
    runpy.run_path(str(Path(__file__).with_name("linear_time.py")), run_name="__main__")
