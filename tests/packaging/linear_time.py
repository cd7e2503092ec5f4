"""Patterns of any engine are RE2's: what is not linear is refused, and the rest takes time in proportion to the text.

Run by `.ci/wheel` on each Python, since which package wraps RE2 depends on it; `test_linear_time.py` runs it here.
"""

import sys
import time

from reconciler.planning.rules.patterns import PatternError, compiled

REFUSED = ["(?=a)b", "(?<!a)b", r"(a)\1", "[", "a{1001}"]
CATASTROPHIC = "(a+)+$"


def main() -> None:
    """Exit with a message when an engine does something else."""
    for pattern in REFUSED:
        try:
            compiled(pattern)
        except PatternError as error:
            if str(error):
                continue
        sys.exit(f"{pattern!r} is not refused with a reason")
    pattern = compiled(CATASTROPHIC)
    seconds = []
    for length in (1_000, 100_000):
        began = time.process_time()
        for _ in range(100_000 // length):
            if pattern.search("a" * length + "b"):
                sys.exit(f"{CATASTROPHIC} matches")
        seconds.append(time.process_time() - began)
    if seconds[1] > 50 * seconds[0] + 1:
        sys.exit(f"the time is not linear: {seconds}")
    found = compiled("É(.)", ignore_case=True).sub(r"<\1>", "é1 x É2")
    if found != "<1> x <2>":
        sys.exit(f"a replacement is {found!r}")


if __name__ == "__main__":
    main()
