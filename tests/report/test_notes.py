"""What a plan does not do, in few lines."""

from reconciler.model.plan import LeftAlone, Problem
from reconciler.report.text.notes import left_alone_lines, problem_lines
from reconciler.report.text.plan import plain


def phone(number: int, label: str, why: str = "excluded", reason: str = "the settings leave it out") -> LeftAlone:
    """Return a device that is left alone."""
    return LeftAlone(connection="intune", device_id=f"d{number}", label=label, why=why, reason=reason, rule="X1")


def test_examples() -> None:
    """Of many devices a few are named, each name once, and the others counted."""
    left = [phone(0, "Ada's iPhone"), phone(1, "Ada's iPhone"), *(phone(n, f"P-{n}") for n in range(2, 12))]

    assert plain(left_alone_lines(left, every=False, width=80)) == (
        "\nleft alone: 12, on purpose\n  - 12 excluded (intune): Ada's iPhone (2), P-2, P-3, P-4, P-5, 6 more\n"
    )


def test_equal_names() -> None:
    """So many devices as are counted are named: how many have one name stands at the name."""
    left = [phone(0, "iPhone"), phone(1, "iPhone"), phone(2, "LT-1")]
    for every, reason in ((False, ""), (True, " (the settings leave it out)")):
        assert [line.plain for line in left_alone_lines(left, every=every, width=100)][2:] == [
            f"  - 3 excluded (intune): iPhone{reason} (2), LT-1{reason}"
        ]


def test_reasons() -> None:
    """Each has its reason when everything is asked for; a pinned field always has."""
    left = [phone(0, "LT-1"), phone(1, "LT-2", "pinned", "model is pinned: ask Ada")]

    assert [line.plain for line in left_alone_lines(left, every=True, width=80)][2:] == [
        "  - 1 excluded (intune): LT-1 (the settings leave it out)",
        "  - 1 pinned (intune): LT-2 (model is pinned: ask Ada)",
    ]
    assert [line.plain for line in left_alone_lines(left, every=False, width=80)][2:] == [
        "  - 1 excluded (intune): LT-1",
        "  - 1 pinned (intune): LT-2 (model is pinned: ask Ada)",
    ]


def test_one_problem_of_many() -> None:
    """Devices with one problem stand together."""
    problems = [Problem(connection="intune", label=f"LT-{n}", message="no type", rule="T3") for n in range(3)]

    assert plain(problem_lines(problems, every=False, width=80)) == (
        "\nproblems: 3, for a person to look at\n  ! LT-0, LT-1, LT-2 of intune: no type (T3)\n"
    )


def test_many_problems() -> None:
    """Ten problems are shown, and the others counted."""
    problems = [Problem(connection="intune", label=f"LT-{n}", message=f"odd {n}", rule="T3") for n in range(12)]
    shown = [line.plain for line in problem_lines(problems, every=False, width=80)]

    assert (len(shown), shown[-1]) == (13, "    … and 2 more; --all shows every one")
