"""Rules about limits (R), plans (P), applies (A), and the journal (J)."""

from typing import Final

from reconciler.explain.rules.rule import Rule

APPLYING: Final = (
    Rule(
        "R1",
        "Limits",
        (
            "For each connection and kind of change, a run may touch the larger of `percent` of the linked assets "
            "and `count`, and never more than half of them."
        ),
    ),
    Rule(
        "R2",
        "The window",
        (
            "What runs within `limits.window` did counts too; what was allowed explicitly, was exempt, or was put "
            "back by an undo does not."
        ),
    ),
    Rule(
        "R3",
        "A first import",
        (
            "A connection's first import may update everything, and create everything only into an empty store. "
            "Into a filled one the plan leads with how many devices matched, were ambiguous, or would be created."
        ),
    ),
    Rule(
        "R4",
        "Over a limit",
        (
            "A plan over a limit is shown whole and not applied. `--allow KIND=N --because TEXT` raises one limit "
            "for one run, and the journal keeps it."
        ),
    ),
    Rule(
        "R5",
        "Fields that change by themselves",
        "Fields such as the last check-in are written, and a change of them alone counts against no limit.",
    ),
    Rule(
        "P1",
        "One change for each asset",
        "A plan has one change for each asset; every attribute has a reason and a rule.",
    ),
    Rule(
        "P2",
        "Saved plans",
        "A saved plan is JSON with a digest over its content; limits are judged again when it is applied.",
    ),
    Rule("P3", "Planning cannot write", "`plan` opens the store for reading only."),
    Rule(
        "A1",
        "Stale plans",
        (
            "A plan of another store or of other settings, too old, or whose values before have changed since is "
            "refused."
        ),
    ),
    Rule("A2", "One writer", "One apply at a time holds the store's lease; the next one says who holds it."),
    Rule(
        "A3",
        "All or nothing",
        ("An apply commits everything in one transaction; a crash leaves the store as it was or as it should be."),
    ),
    Rule(
        "A4",
        "Read back",
        (
            "What was written is read again before it is committed; a difference undoes it, and is a defect of "
            "this program."
        ),
    ),
    Rule(
        "A5",
        "Schedules",
        (
            "`apply --scheduled` does what is due by `integrator.every`; a pipeline may tick as often as it "
            "likes. `--connection` and `--only` narrow a run, which then moves no counter."
        ),
    ),
    Rule("A6", "Asking first", "On a terminal `apply` shows the plan and asks; elsewhere it needs `--yes`."),
    Rule(
        "J1",
        "The journal",
        "Each run is kept: who, from where, which commit, what was allowed, and every value before and after.",
    ),
    Rule(
        "J2",
        "Undo",
        (
            "`undo` puts back what a run changed where nobody has changed it since, and then pauses the run's "
            "connections until their settings change or `apply --resume`."
        ),
    ),
    Rule(
        "J3",
        "Explain",
        "`explain ENV WHAT` shows how one device or asset was matched, and which rule decided each value.",
    ),
    Rule(
        "J4",
        "Failed applies",
        "An apply that failed leaves an attempt in the journal; `history --attempts` lists them.",
    ),
)
