"""A step, measured in a process of its own: `python -m benchmarks.step MODULE FUNCTION ARGUMENTS`, the last as JSON.

Each collects garbage as the command line does, the floor and the peers too.

A step prints what it found out as JSON. One that has to prepare something first times just its region, with `timed`.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from time import perf_counter, process_time
from typing import Any

from reconciler.cli.terminal.gc_tuning import collect_no_more, collect_rarely

Facts = dict[str, Any]


@contextmanager
def timed(facts: Facts) -> Iterator[None]:
    """Note the time of a region in `facts`, in place of the whole process's."""
    seconds, cpu = perf_counter(), process_time()
    yield
    facts |= {"seconds": perf_counter() - seconds, "cpu": process_time() - cpu}


def main() -> None:
    """Run the step that the arguments name."""
    module, function, arguments = sys.argv[1:]
    collect_rarely()
    step = getattr(import_module(f"benchmarks.{module}"), function)
    sys.stdout.write(json.dumps(step(**json.loads(arguments)) or {}))
    collect_no_more()


if __name__ == "__main__":
    main()
