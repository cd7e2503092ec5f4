"""What `authorize` proved, for people: who signed in, the table of permissions, and the one thing to do next (C2)."""

from rich.text import Text

from reconciler.model.proof import Permission, Proof
from reconciler.report.text.lines import Style, cells, folded, padded, styled

_GRAPH = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph's own application id, in every tenant."""
_CLOSE = 60
_HEADS = ("permission", "claimed", "proved")


def proof_text(proof: Proof, *, width: int = 80) -> list[Text]:
    """Return one connection's proof."""
    heading = styled((f"Connection {proof.connection}", Style.HEADING))
    lines = folded(heading, width)
    for name, fact in _facts(proof):
        first = styled(("  " + padded(name, 12), Style.QUIET), "  ")
        lines += folded(styled(fact), width, first=first)
    if proof.permissions:
        lines += [Text(), *_table(proof.permissions, width), Text()]
    for warning in proof.warnings:
        lines += folded(styled(warning), width, first=styled(("  Warning: ", Style.WARNING)), rest=4)
    what = next_step(proof)
    if what is not None:
        lines += folded(styled(what), width, first=styled(("  Next: ", Style.LOUD)), rest=4)
        # Not folded: a command is copied.
        lines += [styled(f"    {command}") for command in commands(proof)]
    elif proof.skipped is None:
        lines += folded(styled(("Everything that the settings need was proved.", Style.CREATE)), width, first="  ")
    return [*lines, Text()]


def next_step(proof: Proof) -> str | None:
    """Return the one thing to do next; None when nothing was refused."""
    if proof.failure is not None:
        return proof.failure
    refused = proof.refused()
    if not refused:
        return None
    first = refused[0]
    kind = "delegated" if proof.delegated else "application"
    if first.claimed:
        whose = "the person has an Intune role that may read devices, and " if proof.delegated else ""
        return (
            f"The token claims {first.name}, and Graph refuses all the same: {first.said} Check that {whose}the tenant "
            f"has Intune, and try again in some minutes if consent is new."
        )
    return (
        f"Grant the {kind} permission {first.name} of Microsoft Graph, with admin consent, to the application "
        f"{proof.client_id}: in its app registration under API permissions, or with the Azure CLI:"
    )


def _facts(proof: Proof) -> list[tuple[str, str]]:
    """Return what is known of a connection's sign-in, as names and values."""
    ends = f", ends on {proof.ends}" if proof.ends else ""
    facts = [
        ("tenant", proof.tenant_id),
        ("application", proof.client_id),
        ("credential", f"{proof.credential}{ends}"),
    ]
    if proof.redirect_uri:
        facts.append(("redirect URI", f"{proof.redirect_uri}, to be registered with the type Web"))
    if proof.skipped:
        facts.append(("skipped", proof.skipped))
    if proof.signed_in_as:
        facts.append(("signed in as", proof.signed_in_as))
    if proof.skew is not None and not proof.failure:
        facts.append(("clock", _clock(proof.skew)))
    return facts


def _clock(skew: float) -> str:
    if abs(skew) < _CLOSE:
        return "agrees with Microsoft's"
    return f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Microsoft's"


def _table(permissions: tuple[Permission, ...], width: int) -> list[Text]:
    rows = [_HEADS, *((each.name, _yes(each.claimed), _yes(each.proved)) for each in permissions)]
    sizes = [max(cells(row[column]) for row in rows) for column in range(3)]
    head = styled(*((padded(text, size) + "  ", Style.HEADING) for text, size in zip(_HEADS, sizes, strict=True)))
    lines = folded(head, width, first="  ")
    for each, row in zip(permissions, rows[1:], strict=True):
        looks = (Style.PLAIN, Style.QUIET, Style.LOUD if each.proved is False else Style.CREATE)
        pieces = [(padded(text, size) + "  ", look) for text, size, look in zip(row, sizes, looks, strict=True)]
        lines += folded(styled(*pieces), width, first="  ")
        lines += folded(styled((f"needed {each.why}", Style.QUIET)), width, first="      ")
        lines += folded(styled(each.said), width, first="      ")
    return lines


def _yes(value: bool | None) -> str:
    return {True: "yes", False: "NO", None: "not asked"}[value]


def commands(proof: Proof) -> list[str]:
    """Return the Azure CLI's commands that grant the first permission that is missing; none for another step."""
    missing = next((each for each in proof.refused() if not each.claimed), None)
    if proof.failure or missing is None or missing is not proof.refused()[0]:
        return []
    granted = f"{missing.id}={'Scope' if proof.delegated else 'Role'}"
    return [
        f"az ad app permission add --id {proof.client_id} --api {_GRAPH} --api-permissions {granted}",
        f"az ad app permission admin-consent --id {proof.client_id}",
    ]
