"""Authorizing: each connection's sign-in is proved, at a browser where a person has to sign in (C2, C3)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.configuration.names import did_you_mean
from reconciler.errors import ReconcilerError, SignInError, UsageError
from reconciler.model.proof import Proof
from reconciler.planning.rules import needs
from reconciler.run.context import Surroundings
from reconciler.run.signin import credentials
from reconciler.settings.authentication import Method
from reconciler.settings.environment import Connection

if TYPE_CHECKING:
    from reconciler.intune.connection_check import Uses
    from reconciler.intune.inputs import Access
    from reconciler.intune.signin.client import Client
    from reconciler.intune.signin.token_cache import TokenCache

ANY_PORT: Final = "http://localhost"
_SKEW: Final = 300


@dataclass(frozen=True, slots=True)
class Person:
    """Who can be asked to sign in at a browser.

    `show` is given the address to open, `paste` asks for the address that the browser ended at. `present` is False
    where nobody is. `timeout` is how many seconds are waited for the browser.
    """

    present: bool
    show: Callable[[str], None]
    paste: Callable[[str], str]
    timeout: float = 300.0


def authorize(
    around: Surroundings, name: str | None, person: Person, *, again: bool = False, as_if_enabled: bool = False
) -> tuple[Proof, ...]:
    """Prove one connection, or each one; `again` lets a person sign in although a kept sign-in would do.

    Raises:
        UsageError: there is no connection of that name, or none at all.
    """
    known = around.environment.connections
    if name is not None and name not in known:
        hint = did_you_mean(name, known) or f"There are: {', '.join(sorted(known)) or 'none'}."
        raise UsageError(f"There is no connection `{name}` in {around.environment.instance.name}. {hint}")
    chosen = [known[name]] if name is not None else [known[each] for each in sorted(known)]
    return tuple(_one(around, connection, person, again, as_if_enabled) for connection in chosen)


def _one(around: Surroundings, connection: Connection, person: Person, again: bool, as_if_enabled: bool) -> Proof:
    proof = _begun(connection)
    if not (as_if_enabled or around.environment.enabled(connection)):
        instance = around.environment.instance
        why = f"it is not enabled for {instance.name} ({instance.kind}), so nothing was asked; --as-if-enabled asks"
        return replace(proof, skipped=why)
    try:
        access = credentials.access(around, connection)
        proof = _with_credential(around, connection, access, proof)
        return _proved(connection, access, proof, _ways(connection, access, person, again))
    except ReconcilerError as error:
        return replace(proof, failure=str(error), warnings=credentials.warnings(around, connection))


def _begun(connection: Connection) -> Proof:
    settings = connection.connection
    delegated = settings.authentication.method is Method.AUTHORIZATION_CODE
    return Proof(
        connection=connection.name,
        tenant_id=settings.tenant_id,
        client_id=settings.client_id,
        delegated=delegated,
        credential=settings.authentication.credential.type.replace("-", " "),
        redirect_uri=(settings.authentication.redirect_uri or ANY_PORT) if delegated else None,
    )


def _with_credential(around: Surroundings, connection: Connection, access: Access, proof: Proof) -> Proof:
    """Return the proof with what is known of the credential: its thumbprint, its end, warnings."""
    from reconciler.intune.signin.credentials import CertificateCredential  # noqa: PLC0415 - requests is heavy
    from reconciler.intune.signin.expiry import end_of  # noqa: PLC0415 - as above

    credential = access.credential
    more = f", thumbprint {credential.thumbprint}" if isinstance(credential, CertificateCredential) else ""
    stated = connection.connection.authentication.credential
    return replace(
        proof,
        credential=proof.credential + more,
        ends=end_of(credential, getattr(stated, "expires", None)),
        warnings=credentials.warnings(around, connection, access),
    )


def _ways(connection: Connection, access: Access, person: Person, again: bool) -> list[Callable[[], None]]:
    """Return what to do before each try to prove: nothing, and for a person whose sign-in does not do, signing in."""
    if access.cache is None:
        return [_nothing]
    browser = _browser(connection, access, access.cache, person)
    if not person.present:
        return [_nothing]
    return [browser] if again else [_nothing, browser]


def _nothing() -> None:
    return


def _proved(connection: Connection, access: Access, proof: Proof, ways: list[Callable[[], None]]) -> Proof:
    """Sign in by the first way that works, and prove each kind of request. Raises SignInError when none does."""
    from reconciler.intune.connection_check import prove  # noqa: PLC0415 - requests is heavy

    first, *others = ways
    try:
        first()
        proven = prove(access, _uses(connection))
    except SignInError:
        if not others:
            raise
        return _proved(connection, access, proof, others)
    warnings = (*proof.warnings, *_skewed(proven.skew))
    return replace(
        proof,
        signed_in_as=proven.signed_in_as,
        permissions=proven.permissions,
        skew=proven.skew,
        warnings=warnings,
    )


def _uses(connection: Connection) -> Uses:
    from reconciler.intune.connection_check import Uses  # noqa: PLC0415 - requests is heavy

    return Uses(
        users=needs.user_properties(connection),
        owners=needs.owners(connection),
        software=needs.software(connection),
        organisation=needs.organisation(connection),
    )


def _browser(connection: Connection, access: Access, cache: TokenCache, person: Person) -> Callable[[], None]:
    """Return what lets a person sign in at a browser, whose answer is listened for or pasted."""
    uri = connection.connection.authentication.redirect_uri or ANY_PORT

    def sign_in() -> None:
        from reconciler.intune.http import hosts  # noqa: PLC0415 - requests is heavy
        from reconciler.intune.http.budget import Budget, Pace  # noqa: PLC0415 - as above
        from reconciler.intune.http.transport import Transport  # noqa: PLC0415 - as above
        from reconciler.intune.signin.client import Client  # noqa: PLC0415 - as above

        hosts.check(access)
        transport = Transport(Budget(access.bounds.time_budget, Pace()))
        try:
            _converse(Client(access, transport), cache, uri, person)
        finally:
            transport.close()

    return sign_in


def _converse(client: Client, cache: TokenCache, uri: str, person: Person) -> None:
    """Let a person sign in at a browser: the answer is listened for, or pasted where it cannot be."""
    from reconciler.intune.signin.loopback import Listener  # noqa: PLC0415 - only where it is used
    from reconciler.intune.signin.user import listens, pasted, sign_in_at_browser  # noqa: PLC0415 - as above

    if not listens(uri):

        def paste(address: str, _state: str) -> Mapping[str, str]:
            person.show(address)
            return pasted(person.paste(uri), uri)

        sign_in_at_browser(client, cache, uri, paste)
        return
    with Listener(uri) as listener:

        def listen(address: str, state: str) -> Mapping[str, str]:
            person.show(address)
            return listener.wait(state, person.timeout)

        sign_in_at_browser(client, cache, listener.redirect_uri, listen)


def _skewed(skew: float | None) -> tuple[str, ...]:
    if skew is None or abs(skew) < _SKEW:
        return ()
    way = "ahead of" if skew > 0 else "behind"
    length = datetime.timedelta(seconds=round(abs(skew)))
    return (f"This machine's clock is {length} {way} Microsoft's. Set it right: assertions and tokens hang on it.",)
