"""`results.md`, `results.svg` and the README's section: the tables, with what has to be said beside them."""

from datetime import UTC, datetime
from typing import Final

from benchmarks.chart import chart
from benchmarks.processes import ROOT
from benchmarks.tables import full_tables, short_table, target_table
from benchmarks.targets import Results, targets

RESULTS: Final = ROOT / "benchmarks" / "results.md"
CHART: Final = ROOT / "benchmarks" / "results.svg"
README: Final = ROOT / "README.md"
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"

_WHAT: Final = """\
W(N): N devices of 26 properties as Graph pages of 1,000 on disk, as many assets with bindings, and four store users for
five devices. The next day 1 % are new, 5 % have one to three changed fields, 0.5 % name no user any more, and 1 % are
gone. Settings: `benchmarks/environments/fleet`, with 22 mapped fields, types by rules, users and sites from Entra,
exclusion, statuses and inactivity; no software.

Each time is the median (with the shortest and the longest) of several processes, in which all rows took turns. Memory
is the highest peak of the process; a PostgreSQL server's own is not in it. A row is measured less often once it took 40
seconds in all; `>` is a measurement that was given up. A million devices are measured where they are asked for, and
only planned, on SQLite."""

_HOW: Final = """\
- *plan* is a process that decodes the pages on disk with the tool's own code, reads the store and builds the plan: what
  `reconciler plan` does, but for the network and the printing. The floor's process parses the same pages, reads the
  same rows of assets, and does nothing with either.
- *`reconciler plan --recording`* is the command as people run it, with its output; it reads one file, the recording,
  which holds the store's state besides what was read from Graph.
- *applied* begins with the decoded plan and ends with the commit: the settings and the store are checked, every row's
  `before` is compared, the rows, bindings and the journal are written and read back. A first import of 100,000
  devices makes as many assets and bindings, and 80,000 users where they are not there yet. The bare insert and update
  write the rows of assets alone, into the same tables.
- *read from Graph* includes signing in, and the users, which are read at the same time as the devices. What it is
  compared with follows the pages of devices one by one and does not even parse them."""

_PEERS: Final = """\
What the peers do not do: none of them decides what an asset should be. They compare two sides that are given to them
already mapped, with no rules, matching, users, sites, presence, limits or reasons, and those without a store of their
own (DiffSync, octoDNS, deepdiff) are not asked to read one here: both their sides come from the same pages, decoded by
msgspec. The loop through the ORM compares nothing; it finds and writes each row.

What they do that this tool does not: DiffSync compares trees of any models, and writes either way. octoDNS validates
records, knows dozens of providers and several targets at once. deepdiff takes any two objects, and says where in them
they differ. Terraform plans any resource of thousands of providers in the order of what depends on what, and keeps its
state remotely; its fleet here is made of `terraform_data`, so that no provider takes time. An ORM's rows are objects
that a program can go on working with.

Figures of this tool that have no peer here: the first import, its read-back, the journal, reading from Graph.
`--help` and `validate` have their own benchmark, `benchmarks/startup.py`, which runs in CI."""


def results_page(results: Results, machine: str, versions: str, command: str) -> str:
    """Return `results.md`."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    parts = [
        "# How long a fleet takes",
        f"Written by `{command}` on {day}; do not edit.\n\n- Machine: {machine}\n- Versions: {versions}",
        _WHAT,
        "## In short",
        short_table(results),
        "![Seconds to plan a fleet, by the number of devices](results.svg)",
        "## Against the targets",
        target_table(targets(results)),
        "## Everything",
        _HOW,
        *full_tables(results),
        "## Beside the peers",
        _PEERS,
    ]
    return "\n\n".join(parts) + "\n"


def readme_section(page: str) -> str:
    """Return the README's section: the short table of a results page, where it was measured, the chart, the command."""
    machine = next(line.removeprefix("- Machine: ") for line in page.splitlines() if line.startswith("- Machine: "))
    short = page.partition("## In short\n\n")[2].partition("\n\n")[0]
    return (
        f"{BEGIN}\n{short}\n\n![Seconds to plan a fleet, by the number of devices](benchmarks/results.svg)\n\n"
        f"Medians on {machine}.\n`make bench` measures it anew, in about half an hour;\n"
        "[benchmarks/results.md](benchmarks/results.md) has all figures, the targets met and missed, and what the\n"
        f"peers do that this tool does not.\n{END}"
    )


def write(results: Results, machine: str, versions: str, command: str) -> None:
    """Write the page, the chart, and the README's section."""
    page = results_page(results, machine, versions, command)
    RESULTS.write_text(page)
    CHART.write_text(chart(results))
    README.write_text(with_section(README.read_text(), readme_section(page)))


def with_section(readme: str, section: str) -> str:
    """Return the README with another section of figures."""
    before, _, rest = readme.partition(BEGIN)
    return before + section + rest.partition(END)[2]
