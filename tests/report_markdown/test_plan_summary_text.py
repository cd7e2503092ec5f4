"""`plan --summary`: what a glance at a terminal needs."""

from arbitrary_plans import saved

from reconciler.report.text.plan import plain, summary_text


def test_over_a_limit() -> None:
    """The summary has the head, the limits, pending settings, each connection and what the plan comes to."""
    assert plain(summary_text(saved("over-a-limit"), kind="production")) == (
        "Plan for prod (production) · settings 3f2c1d9 · read 2026-11-23 08:00 UTC\n"
        "\n"
        "OVER A LIMIT: this plan will not be applied as it is.\n"
        "  ! deleted in Intune (intune): 15 planned, 6 already in the last 24 h: 21 of 14\n"
        "    allowed (495 bound assets)\n"
        "    To allow it: --allow deletedInIntune=15 --because TEXT\n"
        "\n"
        "settings not yet applied here (since 9e1f00a)\n"
        "  ~ connections.intune.enabledForInstances    production-only → all\n"
        "  ~ connections.intune.imports.createAssets   true → false\n"
        "  ~ connections.intune.imports.statuses.deletedInIntune  null → Retired\n"
        "\n"
        "berlin  could not be read: sign-in failed: AADSTS7000215: Invalid client secret\n"
        "        provided. Ensure the secret being sent in the request is the client\n"
        "        secret value.\n"
        "intune  480 listed: 480 bound\n"
        "\n"
        "Plan: 15 to update (15 deleted in Intune) · over 1 limit\n"
        "Over the limit of deleted in Intune: not applied without\n"
        "  --allow deletedInIntune=15 --because TEXT\n"
    )


def test_problems() -> None:
    """The summary has the problems."""
    shown = plain(summary_text(saved("the-next-day")))

    assert "problems: 2, for a person to look at" in shown
    assert "AST-000019" not in shown
