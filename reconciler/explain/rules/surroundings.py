"""Rules about what is shown (V), stores behind an API (W), and many tenants (N)."""

from typing import Final

from reconciler.explain.rules.rule import Rule

SURROUNDINGS: Final = (
    Rule("V1", "Output", "What was asked for goes to stdout, everything else to stderr."),
    Rule(
        "V2",
        "Names are only names",
        (
            "Names come from devices that anyone can rename; nothing in a name acts on a terminal, in a comment, "
            "on a page or in a spreadsheet."
        ),
    ),
    Rule("V3", "A comment's size", "A comment fits in a pull request; what is cut says where the rest is."),
    Rule(
        "V4",
        "Exit codes",
        (
            "0 done, 1 error, 2 changes pending, 3 over a limit, 4 stale plan, 5 done but partly unknown, 64 "
            "wrong usage, 130 interrupted."
        ),
    ),
    Rule("V5", "Progress", "Long work shows how far it is on a terminal, and one line a phase elsewhere."),
    Rule(
        "V6",
        "Alike once",
        "What is alike is shown once, with how many and a few names, unless `--all` is given.",
    ),
    Rule(
        "V7",
        "The verdict first",
        "A pull request's comment begins with what merging changes, and whether a limit stops the next apply.",
    ),
    Rule("V8", "Rules in words", "`explain RULE` says what a rule means."),
    Rule("V9", "The site", "`site` writes the ledgers' content as pages for a browser."),
    Rule(
        "V10",
        "Notifications and metrics",
        (
            "`notify:` informs people of failures and limits; `--metrics` writes numbers for monitoring. Neither "
            "ever fails an apply."
        ),
    ),
    Rule(
        "W1",
        "Stores behind an API",
        ("A remote store is read and planned as any other; what was last seen of its assets is kept in the ledger."),
    ),
    Rule(
        "W2",
        "A proven read of the store",
        (
            "A read of a remote store counts only when every page and every asset came. A list that is empty or "
            "much shorter than before stops creations as well as removals."
        ),
    ),
    Rule(
        "W3",
        "Names of the store",
        ("Every name must be known to the remote store, once, and what it would refuse is a problem in the plan."),
    ),
    Rule(
        "W4",
        "One write, kept first",
        (
            "Each write is kept in the ledger before it is sent. The asset is read and compared first; a "
            "difference is a conflict, and that asset is left."
        ),
    ),
    Rule(
        "W5",
        "Interrupted runs",
        ("The next apply finishes an interrupted run before anything else; `apply --abandon` gives up the rest."),
    ),
    Rule("W6", "Which remote store", "The stamp holds which remote store it is; another one is refused."),
    Rule(
        "W7",
        "The store's pace",
        "Requests keep to `requestsPerMinute`; a plan says how many it needs and how long that takes.",
    ),
    Rule(
        "W8",
        "Undo of a creation",
        (
            "An asset that a run created in a remote store is retired there as it retires assets, never deleted "
            "for good."
        ),
    ),
    Rule(
        "W9",
        "Proving a store",
        ("`store prove` tries on one scratch asset what the store's documentation leaves open, and keeps the answers."),
    ),
    Rule(
        "W10",
        "Bringing settings along",
        "`init --from-halo` writes settings from what Halo has; `store import --map` takes another system's CSV.",
    ),
    Rule("N1", "Environment by environment", "`fleet` does for every environment what the command does for one."),
    Rule(
        "N2",
        "One failure stops no other",
        "Each environment has a row in the table; the exit code is the worst one.",
    ),
    Rule(
        "N3",
        "Many machines",
        "What travels between machines is names, counts and digests, never a device or a secret.",
    ),
    Rule(
        "N4",
        "A pull request over many environments",
        "`fleet plan --base` shows what merging changes in all of them, in one comment.",
    ),
    Rule(
        "N5",
        "One database for many ledgers",
        "`store: {url: …, schema: NAME}` keeps many ledgers in one PostgreSQL.",
    ),
    Rule("N6", "Spread over time", "Environments that are due begin in an order that changes from day to day."),
)
