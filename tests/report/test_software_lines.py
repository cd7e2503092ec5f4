"""Software in a report: one line for an asset, whatever its device has, and everything with --all."""

import pytest

from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Kind, Subject
from reconciler.model.run import LicenceUse, Outcome, StoreStatus
from reconciler.report.markdown.changes import change_entry
from reconciler.report.summary import outcome_line
from reconciler.report.text.changes import change_lines
from reconciler.report.text.history import status_text
from reconciler.report.text.plan import plain


def row(name: str, before: str | None, after: str | None) -> Attribute:
    """Return the difference of one software."""
    return Attribute.of(SOFTWARE + name, before, after, "detected on the device", "L1")


MODEL = Attribute.of("model", "A", "B", "from model", "F1")
ROWS = (
    row("7-Zip", None, "22.0"),
    row("Runtime", "14.0\n14.1", "14.1\n14.2"),
    row("Teams", "", None),
    row("Visio", "2019", "2021"),
    row("Zoom", None, "1"),
)


def changed(*attributes: Attribute, kinds: tuple[Kind, ...] = ()) -> Change:
    """Return an update of an asset."""
    return Change(
        subject=Subject.ASSET, action=Action.UPDATE, name="AST-1", label="LT-1", attributes=attributes, kinds=kinds
    )


def created(action: Action, subject: Subject, name: str, *attributes: Attribute) -> Change:
    """Return a change of an asset or of a software."""
    return Change(subject=subject, action=action, name=name, label=name, attributes=attributes)


@pytest.mark.parametrize(
    ("attributes", "kinds", "expected"),
    [
        (
            ROWS,
            (),
            """
software only: 1 asset whose software alone changes
  ~ AST-1  LT-1
      software  +2 -1 ~2: + 7-Zip 22.0, ~ Runtime 14.1, 14.2, - Teams,
                ~ Visio 2021, 1 more
""",
        ),
        (
            (MODEL, row("Teams", "1.0", None)),
            (Kind.UPDATED,),
            """
updated: 1 asset with changed fields
  ~ AST-1  LT-1
      model  A → B  from model (F1)
      software  -1: - Teams 1.0
""",
        ),
    ],
    ids=["alone", "beside a field"],
)
def test_an_asset_has_one_line_for_its_software(
    attributes: tuple[Attribute, ...], kinds: tuple[Kind, ...], expected: str
) -> None:
    """How many are added, removed and changed, and a few of them."""
    assert plain(change_lines([changed(*attributes, kinds=kinds)], every=False, width=72)) == expected


def test_every_software_is_named_when_every_one_is_asked_for() -> None:
    """One block with each reason once, the names side by side; versions on both sides of what has others."""
    gone = Attribute.of(f"{SOFTWARE}Teams", "", None, "no longer detected on the device", "L1")
    assert plain(change_lines([changed(MODEL, *ROWS[:2], gone, *ROWS[3:])], every=True, width=72)) == (
        """
updated: 1 asset with changed fields
  ~ AST-1  LT-1
      model  A → B  from model (F1)
      software  +2, detected on the device (L1): 7-Zip 22.0, Zoom 1
                -1, no longer detected on the device (L1): Teams
                ~2, detected on the device (L1): Runtime 14.0, 14.1 →
                14.1, 14.2, Visio 2019 → 2021
"""
    )


def test_every_software_of_a_new_asset_is_named_side_by_side() -> None:
    """A hundred of them are a block of lines as wide as the terminal."""
    new = created(Action.CREATE, Subject.ASSET, "AST-2", *(row(f"Tool {number}", None, "1.0") for number in range(100)))
    shown = plain(change_lines([new], every=True, width=100)).splitlines()
    assert shown[3] == (
        "      software  +100, detected on the device (L1): Tool 0 1.0, Tool 1 1.0, Tool 2 1.0, Tool 3 1.0,"
    )
    assert len(shown) == 20
    assert " ".join(" ".join(shown).split()).endswith("Tool 98 1.0, Tool 99 1.0")


def test_a_new_asset_names_a_few_of_its_software() -> None:
    """Nobody reads a hundred applications of a new laptop."""
    new = created(Action.CREATE, Subject.ASSET, "AST-2", *(row(f"Tool {number}", None, "1.0") for number in range(100)))
    assert plain(change_lines([new], every=False, width=100)) == (
        "\ncreated: 1 new asset\n  + AST-2  AST-2\n"
        "      software  Tool 0 1.0, Tool 1 1.0, Tool 2 1.0, Tool 3 1.0, 96 more\n"
    )


def test_new_software_is_named_up_to_ten() -> None:
    """The rest is counted; a tie to a licence is shown."""
    entries = [created(Action.CREATE, Subject.CATALOGUE, f"software/Tool {number}") for number in range(12)]
    tied = Attribute.of("licence", None, "Visio Licence", "the licence of that name", "L2")
    entries.append(created(Action.UPDATE, Subject.CATALOGUE, "software/Visio", tied))
    assert plain(change_lines(entries, every=False, width=200)) == (
        "\ncatalogue: 12 new entries, 1 changed entry\n"
        "  + software  Tool 0, Tool 1, Tool 2, Tool 3, Tool 4, Tool 5, Tool 6, Tool 7, Tool 8, Tool 9, "
        "2 more; --all shows every one\n"
        "  ~ software  Visio (Visio Licence)\n"
    )


def test_a_comment_has_one_line_too() -> None:
    """Names are escaped there as everywhere."""
    assert change_entry(changed(row("@team <b>", None, "1.0"), MODEL, kinds=(Kind.UPDATED,))) == (
        "- `AST-1` `LT-1`\n  - model: `A` → `B`, from model (F1)\n  - software `+1: + @team <b>` 1.0"
    )


def test_an_outcome_says_whose_software_changed() -> None:
    """A change of software alone is counted on its own."""
    outcome = Outcome(
        run_id="r", revision="v", changes=2, bindings=0, counts={"asset-update": 2, "catalogue-update": 1}
    )
    assert outcome_line(outcome, 1) == ("Applied run r: 1 catalogue entry changed, 2 software only in 1.0 s")


def test_a_status_tells_the_seats() -> None:
    """Seats used of those that there are, and how many too few."""
    status = StoreStatus(
        store_id="s",
        instance="prod",
        revision="v",
        assets=3,
        bindings={},
        last_run=None,
        last_reads={},
        licences=(LicenceUse("Project", None, 2), LicenceUse("Visio", 1, 3), LicenceUse("Word", 40, 1)),
    )
    lines = [line.split(None, 1)[1] for line in plain(status_text(status)).splitlines() if "licence" in line]
    assert lines == [
        "Project: 2 used",
        "Visio: 3 of 1 seat used, 2 seats too few",
        "Word: 1 of 40 seats used",
    ]
