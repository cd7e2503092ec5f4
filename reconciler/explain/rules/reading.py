"""Rules about reading Graph (G) and about connecting to it (C)."""

from typing import Final

from reconciler.explain.rules.rule import Rule

READING: Final = (
    Rule(
        "G1",
        "Only reading",
        (
            "Graph is only read. Throttling and faults of the service are retried as it asks, within a budget of "
            "time; anything else is an error that names the request and Graph's answer."
        ),
    ),
    Rule(
        "G2",
        "Pages",
        (
            "The links between pages are followed exactly and only to the connection's own host; a link seen "
            "twice is an error. Only the properties that are needed are read."
        ),
    ),
    Rule(
        "G3",
        "Absence is proven",
        (
            "A device is gone only when the list was read to its end and Graph answers 404 for that very device. "
            "Any other answer leaves it unknown, and an unknown changes nothing. More missing devices than the "
            "limit allows are not checked at all."
        ),
    ),
    Rule(
        "G4",
        "Parts of a read",
        (
            "Users, software and details are read on their own. A part that failed stops only the changes that "
            "need it, and the run ends with exit code 5."
        ),
    ),
    Rule(
        "G5",
        "Details, device by device",
        (
            "Properties that Graph leaves out of lists are fetched one by one, only where they are mapped. Their "
            "absence from the list never clears a field."
        ),
    ),
    Rule(
        "G6",
        "Placeholders are empty",
        "Years 0001 and 9999, the zero GUID, zero bytes and Graph's `Unknown` count as empty.",
    ),
    Rule("G7", "Listed twice", "Of one device listed twice in a read, the later check-in counts."),
    Rule("G8", "Software", "Software is read with Graph's export report, whose size and time are bounded."),
    Rule("G9", "National clouds", "`cloud` sets where to sign in and where Graph is."),
    Rule(
        "G10",
        "Inventory",
        "`inventory: true` reads one export for all devices; its columns are mapped as `inventory.…`.",
    ),
    Rule(
        "G11",
        "Bounds of reading",
        (
            "Every bound is a setting under `reading:`. One that is hit says which setting raises it, and what it "
            "would have read stays unknown for that part alone."
        ),
    ),
    Rule(
        "G12",
        "Which users",
        ("Users are read when devices name them or the store has them, or the whole directory with `scope: all`."),
    ),
    Rule(
        "G13",
        "Registered devices",
        (
            "With `autopilot: true` a device that is registered and not yet enrolled becomes an asset, which its "
            "serial number links when it enrols."
        ),
    ),
    Rule(
        "C1",
        "Ways to sign in",
        "Client credentials or authorization code; a secret, a certificate or a federated credential.",
    ),
    Rule(
        "C2",
        "Proving a connection",
        "`authorize` makes each kind of request for real and names the permission that is missing.",
    ),
    Rule(
        "C3",
        "Authorization code",
        "Who signed in once is kept in an encrypted cache; unattended runs use it and never ask.",
    ),
    Rule("C4", "Credentials about to end", "A credential that ends within 30 days is a warning."),
)
