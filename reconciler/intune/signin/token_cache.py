"""Where the sign-in of a person is kept between runs: encrypted, readable by its owner only, one writer at a time (C3).

1. With a key the file is encrypted with it (AES-GCM, the key stretched by scrypt). Without one the system's keyring
   keeps the cache.
2. A file is written whole or not at all. One that is not a cache of this program is never written over.
3. A file beside the cache is locked while a sign-in is read, refreshed and written, so that no two runs use one
   refresh token at once.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from reconciler.errors import SignInError
from reconciler.intune.signin.file_lock import locked
from reconciler.whole_file import whole_file

VERSION: Final = 1

_MAGIC: Final = b"reconciler sign-in cache "
_SALT: Final = 16
_WORK = 2**15
"""What scrypt costs: about a tenth of a second."""
_NONCE: Final = 12
_MOST: Final = 4 * 1024 * 1024
_AGAIN: Final = "Run `reconciler authorize` again, which replaces it."


class Kept(Struct, frozen=True, rename="camel", kw_only=True):
    """One person's sign-in: for which tenant and application, as whom, and MSAL's own cache as text.

    Moments are whole seconds since 1970; `used_at` is when Microsoft last gave a token for it.
    """

    tenant: str
    client: str
    user: str
    signed_in_at: int
    used_at: int
    tokens: str

    def __repr__(self) -> str:
        return f"Kept({self.user!r} in {self.tenant})"


class Vault(Protocol):
    """Keeps one text where nobody else can read it."""

    path: Path

    def check(self) -> None:
        """Raise SignInError when a text could not be kept here."""

    def load(self) -> bytes | None:
        """Return what is kept, None when nothing is. Raises SignInError."""

    def save(self, text: bytes) -> None:
        """Keep a text instead. Raises SignInError."""


class TokenCache:
    """One connection's sign-in in a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @property
    def path(self) -> Path:
        """The cache's file."""
        return self._vault.path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nobody else use the cache meanwhile. Raises SignInError when somebody else does for too long."""
        with locked(self.path, "lock", "uses the sign-in cache", patient=True):
            yield

    @contextmanager
    def signing_in(self) -> Iterator[None]:
        """Let nobody else sign in for this cache meanwhile.

        Raises SignInError when somebody else does, and when the cache could not be kept: before anybody signs in.
        """
        self._vault.check()
        with locked(self.path, "authorizing", "is signing in with `authorize` for the cache", patient=False):
            yield

    def read(self) -> Kept | None:
        """Return the sign-in, None when there is none yet. Raises SignInError for what cannot be read."""
        text = self._vault.load()
        if text is None:
            return None
        try:
            return msgspec.json.decode(text, type=Kept)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            raise SignInError(f"The sign-in cache {self.path} is damaged. {_AGAIN}") from None

    def write(self, kept: Kept) -> None:
        """Keep a sign-in in place of the one before. Raises SignInError."""
        self._vault.save(msgspec.json.encode(kept))


class EncryptedFile:
    """A file encrypted with a passphrase."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self.path = path
        self._passphrase = passphrase

    def check(self) -> None:
        """Raise SignInError when something else than a cache stands there."""
        check_is_cache(self.path, _bytes_of(self.path))

    def load(self) -> bytes | None:
        """Return what is kept, None when there is no file. Raises SignInError."""
        data = _bytes_of(self.path)
        if not data:
            return None
        header, salt, nonce, sealed = _parted(self.path, data)
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - heavy: where it is used
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        try:
            return AESGCM(_key(self._passphrase, salt)).decrypt(nonce, sealed, header)
        except InvalidTag:
            raise SignInError(
                f"The sign-in cache {self.path} could not be decrypted: its key is another one than `cache.key` gives, "
                f"or the file is cut short or damaged. Give it the right key, or run `reconciler authorize` again, "
                f"which replaces it."
            ) from None

    def save(self, text: bytes) -> None:
        """Encrypt and write a text. Raises SignInError."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        self.check()
        header, salt, nonce = _header(VERSION), secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
        sealed = AESGCM(_key(self._passphrase, salt)).encrypt(nonce, text, header)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path) as stream:
                stream.write(header + salt + nonce + sealed)
        except OSError as error:
            raise _unwritten(self.path, error) from error


class Keyring:
    """The system's keyring: DPAPI, Keychain or libsecret, by msal-extensions; `build` makes its persistence."""

    def __init__(self, path: Path, build: Callable[[str], object] | None = None) -> None:
        self.path = path
        self._build = build

    def check(self) -> None:
        """Raise SignInError when there is no keyring."""
        self._keeper()

    def load(self) -> bytes | None:
        """Return what is kept, None when nothing is. Raises SignInError."""
        from msal_extensions.persistence import PersistenceNotFound  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy

        keeper = self._keeper()
        try:
            return str(keeper.load()).encode() or None  # type: ignore[attr-defined]  # it has no types of its own
        except PersistenceNotFound:
            return None
        except (OSError, ValueError, RuntimeError) as error:
            raise SignInError(f"The system's keyring did not give {self.path}: {error}. {_AGAIN}") from None

    def save(self, text: bytes) -> None:
        """Keep a text. Raises SignInError."""
        keeper = self._keeper()
        try:
            keeper.save(text.decode())  # type: ignore[attr-defined]  # as above
        except (OSError, ValueError, RuntimeError) as error:
            raise _unwritten(self.path, error) from None

    def _keeper(self) -> object:
        from msal_extensions import build_encrypted_persistence  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy

        try:
            return (self._build or build_encrypted_persistence)(str(self.path))
        except Exception as error:  # whatever a desktop's keyring raises where there is none
            raise SignInError(
                f"There is no system keyring here to keep {self.path} in ({type(error).__name__}). Set `cache.key` in "
                f"connection.yaml to the variable that holds a passphrase, as {{env: RECONCILER_CACHE_KEY}}."
            ) from None


def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415 - heavy: where it is used

    return Scrypt(salt=salt, length=32, n=_WORK, r=8, p=1).derive(passphrase.encode())


def _header(version: int) -> bytes:
    return _MAGIC + b"%d\n" % version


def _bytes_of(path: Path) -> bytes | None:
    """Return a cache's bytes, None when there is no file; one that others can read is made its owner's alone."""
    try:
        with path.open("rb") as stream:
            if os.name == "posix" and os.fstat(stream.fileno()).st_mode & 0o077:
                path.chmod(0o600)
            return stream.read(_MOST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SignInError(f"The sign-in cache {path} could not be read: {error.strerror}.") from error


def _parted(path: Path, data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a cache's header, salt, nonce and sealed text. Raises SignInError for another version, or no cache."""
    check_is_cache(path, data)
    header, _, rest = data.partition(b"\n")
    if header + b"\n" != _header(VERSION):
        version = header.removeprefix(_MAGIC)[:8].decode("ascii", "replace")
        raise SignInError(
            f"The sign-in cache {path} was written by another version of this program (format {version or 'unknown'}, "
            f"and this one reads {VERSION}). {_AGAIN}"
        )
    return header + b"\n", rest[:_SALT], rest[_SALT : _SALT + _NONCE].ljust(_NONCE, b"\0"), rest[_SALT + _NONCE :]


def check_is_cache(path: Path, data: bytes | None) -> None:
    """Raise SignInError when a file's bytes are those of something else than a cache, whole or cut short."""
    if data and not data.startswith(_MAGIC[: len(data)]):
        raise SignInError(
            f"{path} is not a sign-in cache of this program, so it is left alone. Name another file as `cache.file` in "
            f"connection.yaml."
        )


def _unwritten(path: Path, error: Exception) -> SignInError:
    why = getattr(error, "strerror", None) or str(error)
    return SignInError(f"The sign-in cache {path} could not be written: {why}. The sign-in was not kept.")
