"""Certificates sign in as PEM and as PFX, and what Entra would refuse is refused before anything is sent."""

from collections.abc import Callable

import pytest
from connecting_parts import PEM, failure, registered
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from key_files import Keys

PEM_SEALED = PEM[:-1] + ", passphrase: {env: PASSPHRASE}}"
PFX = "{type: certificate, pfx: {file: both.pfx}, passphrase: {env: PASSPHRASE}}"


@pytest.fixture(autouse=True)
def _registered(connection, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.put("key.pem", keys.pem())
    connection.put("certificate.pem", keys.certificate(), 0o644)
    connection.application(certificates=(keys.certificate(),))
    monkeypatch.setenv("PASSPHRASE", "open sesame")


def test_a_pem_certificate_signs_in(connection) -> None:
    connection.application(certificates=((connection.folder / "certificate.pem").read_bytes(),))
    connection.signs_in(PEM)
    done = connection.cli.run("authorize", "prod")
    assert (done.code, "certificate, thumbprint" in done.out) == (0, True)


@pytest.mark.parametrize("passphrase", ["open sesame", None])
def test_a_passphrase_opens_a_sealed_key_and_is_not_in_the_way_of_an_open_one(
    connection, keys: Keys, passphrase: str | None
) -> None:
    connection.application(certificates=((connection.folder / "certificate.pem").read_bytes(),))
    connection.put("key.pem", keys.pem(passphrase))
    connection.signs_in(PEM_SEALED)
    assert connection.cli.run("authorize", "prod").code == 0


@pytest.mark.parametrize("passphrase", ["open sesame", None])
def test_a_pfx_signs_in(connection, keys: Keys, passphrase: str | None) -> None:
    data = keys.pfx(passphrase)
    connection.put("both.pfx", data)
    connection.application(certificates=(registered(data, passphrase),))
    connection.signs_in(PFX if passphrase else "{type: certificate, pfx: {file: both.pfx}}")
    assert connection.cli.run("authorize", "prod").code == 0


@pytest.mark.quick
def test_key_and_certificate_may_stand_in_variables(connection, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = keys.certificate()
    monkeypatch.setenv("KEY_PEM", keys.pem().decode())
    monkeypatch.setenv("CERTIFICATE_PEM", certificate.decode())
    connection.application(certificates=(certificate,))
    connection.signs_in("{type: certificate, privateKey: {env: KEY_PEM}, certificate: {env: CERTIFICATE_PEM}}")
    assert connection.cli.run("authorize", "prod").code == 0


def test_of_a_chain_the_keys_own_certificate_counts(connection, keys: Keys, other: Keys) -> None:
    own = keys.certificate()
    connection.put("certificate.pem", other.certificate() + own)
    connection.application(certificates=(own,))
    connection.signs_in(PEM)
    assert connection.cli.run("authorize", "prod").code == 0


def test_a_certificate_that_is_not_registered_is_explained(connection, other: Keys) -> None:
    connection.application(certificates=(other.certificate(),))
    connection.signs_in(PEM)
    told = failure(connection)
    assert "AADSTS700027" in told
    assert "upload it to the app registration of `clientId`" in told
    assert "(correlation id " in told


Spoil = Callable[["object", Keys, Keys], object]

BAD = [
    (
        PEM,
        lambda c, k, o: (c.folder / "key.pem").unlink(),
        "The file key.pem, which settings name for a secret, does not",
    ),
    (
        PEM,
        lambda c, k, o: c.put("key.pem", b"\xff\xfe"),
        "key.pem, which settings name for a secret, is not UTF-8 text",
    ),
    (
        PEM,
        lambda c, k, o: c.put("key.pem", "no key"),
        "The file key.pem, which settings name as `privateKey`, is no PEM",
    ),
    (
        PEM,
        lambda c, k, o: c.put("key.pem", k.pem("x")),
        "is encrypted, and there is no `passphrase`. Add it to the cred",
    ),
    (
        PEM_SEALED,
        lambda c, k, o: c.put("key.pem", k.pem("x")),
        "The passphrase of the file key.pem, which settings name",
    ),
    (
        PEM,
        lambda c, k, o: c.put("key.pem", o.pem()),
        "The certificate in the file certificate.pem is not that of the key",
    ),
    (
        PEM,
        lambda c, k, o: c.put("key.pem", elliptic().pem()),
        "The key in the file key.pem is not an RSA key (EC)",
    ),
    (
        PEM,
        lambda c, k, o: c.put("key.pem", short().pem()),
        "The key in the file key.pem has 1024 bits, and 2048 are th",
    ),
    (
        PEM,
        lambda c, k, o: c.put("certificate.pem", "none"),
        "certificate.pem, which settings name as `certificate`, is no",
    ),
    (PEM, lambda c, k, o: c.put("certificate.pem", k.certificate(ends=-2)), "certificate.pem expired on 20"),
    (PEM, lambda c, k, o: c.put("certificate.pem", k.certificate(begins=3)), "certificate.pem holds only from 20"),
    (PEM, lambda c, k, o: c.put("key.pem", k.pem(), 0o644), "others on this machine can read it. Run: chmod 600 /"),
    (
        PFX,
        lambda c, k, o: c.put("both.pfx", k.pfx("x")),
        "could not be opened: either the passphrase is wrong, or it is",
    ),
    (PFX, lambda c, k, o: c.put("both.pfx", "none"), "both.pfx, which settings name as `pfx`, could not be opened"),
]


@pytest.mark.parametrize(("credential", "spoil", "said"), BAD, ids=[said[:40] for *_, said in BAD])
def test_a_bad_key_or_certificate_is_told_before_anything_is_sent(
    connection, keys: Keys, other: Keys, credential: str, spoil: Spoil, said: str
) -> None:
    spoil(connection, keys, other)
    connection.signs_in(credential)
    told = failure(connection)
    assert said in told
    assert "open sesame" not in told
    assert connection.simulator.tally.total == 0


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "variable PASSPHRASE, which settings name for a secret, is not set"),
        (" ", "PASSPHRASE, which settings n"),
    ],
)
def test_a_passphrase_that_is_not_there_is_named(
    connection, monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
) -> None:
    monkeypatch.delenv("PASSPHRASE") if value is None else monkeypatch.setenv("PASSPHRASE", value)
    connection.signs_in(PEM_SEALED)
    assert said in failure(connection)


@pytest.fixture(scope="module")
def other() -> Keys:
    return Keys(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def elliptic() -> Keys:
    return Keys(ec.generate_private_key(ec.SECP256R1()))


def short() -> Keys:
    return Keys(rsa.generate_private_key(public_exponent=65537, key_size=1024))
