"""The sign-in cache: of another version, cut short, of another key, of somebody else, and under two writers."""

import multiprocessing
from pathlib import Path
from threading import Event, Thread

import pytest
from msal_extensions import FilePersistence

from reconciler.errors import SignInError
from reconciler.intune.signin import file_lock, token_cache
from reconciler.intune.signin.token_cache import EncryptedFile, Kept, Keyring, TokenCache

KEPT = Kept(tenant="t", client="c", user="ada@contoso.example", signed_in_at=1, used_at=2, tokens='{"a": "refresh"}')
AGAIN = "Run `reconciler authorize` again, which replaces it."


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_cache, "_WORK", 2**4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "sign-in.cache"


@pytest.fixture
def cache(path: Path) -> TokenCache:
    return TokenCache(EncryptedFile(path, "passphrase"))


def test_what_is_kept_comes_back(cache: TokenCache) -> None:
    assert cache.read() is None
    cache.write(KEPT)
    assert cache.read() == KEPT


def test_nothing_secret_is_in_its_repr() -> None:
    assert repr(KEPT) == "Kept('ada@contoso.example' in t)"


@pytest.mark.parametrize("length", [1, 20, 27, 30, 43, 60, -1])
def test_a_cache_cut_short_is_told_and_may_be_replaced(cache: TokenCache, path: Path, length: int) -> None:
    cache.write(KEPT)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(SignInError, match="un `reconciler authorize` again, which replaces it"):
        cache.read()
    cache.write(KEPT)
    assert cache.read() == KEPT


def test_an_empty_cache_is_none(cache: TokenCache, path: Path) -> None:
    cache.write(KEPT)
    path.write_bytes(b"")
    assert cache.read() is None


def test_a_cache_of_another_version_is_told(cache: TokenCache, path: Path) -> None:
    cache.write(KEPT)
    path.write_bytes(path.read_bytes().replace(b"cache 1\n", b"cache 2\n"))
    with pytest.raises(SignInError) as raised:
        cache.read()
    assert str(raised.value) == (
        f"The sign-in cache {path} was written by another version of this program (format 2, and this one reads 1). "
        f"{AGAIN}"
    )
    cache.write(KEPT)
    assert cache.read() == KEPT


def test_another_key_is_told(cache: TokenCache, path: Path) -> None:
    cache.write(KEPT)
    with pytest.raises(SignInError, match=r"its key is another one than `cache\.key` gives, or the file is cut short"):
        TokenCache(EncryptedFile(path, "another")).read()


@pytest.mark.parametrize("data", [b"#!/bin/sh\nrm -rf\n", b"reconciled, not a cache", b"\0" * 100])
def test_a_file_that_is_no_cache_is_left_alone(cache: TokenCache, path: Path, data: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    for attempt in (cache.read, lambda: cache.write(KEPT), lambda: cache.signing_in().__enter__()):
        with pytest.raises(SignInError, match="is not a sign-in cache of this program, so it is left alone"):
            attempt()
    assert path.read_bytes() == data


def test_one_at_a_time_holds_a_cache(cache: TokenCache, path: Path) -> None:
    """The second waits for the first, though it is another object, as in another process."""
    inside, done, order = Event(), Event(), []

    def second() -> None:
        with TokenCache(EncryptedFile(path, "passphrase")).held():
            order.append("second")
        done.set()

    with cache.held():
        Thread(target=second, daemon=True).start()
        inside.wait(0.1)
        order.append("first")
    assert done.wait(5)
    assert order == ["first", "second"]


def test_a_cache_that_is_held_for_too_long_is_told(cache: TokenCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_lock, "PATIENCE", 0.1)
    too_long = pytest.raises(SignInError, match=r"Another run uses the sign-in cache .*, for more than 0 s\.")
    with cache.held(), too_long, cache.held():
        pass


def _hold(path: Path, held: object) -> None:
    with TokenCache(EncryptedFile(path, "passphrase")).held():
        held.set()
        Event().wait(60)


def test_a_lock_ends_with_its_process(cache: TokenCache, path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=_hold, args=(path, held), daemon=True)
    process.start()
    assert held.wait(30)
    process.kill()
    process.join()
    with cache.held():
        pass


def test_without_a_key_the_keyring_keeps_it(path: Path) -> None:
    """Any persistence of msal-extensions keeps it; which one is the system's."""
    cache = TokenCache(Keyring(path, FilePersistence))
    assert cache.read() is None
    cache.write(KEPT)
    assert cache.read() == KEPT


def test_where_there_is_no_keyring_the_key_is_asked_for(path: Path) -> None:
    def none(_: str) -> object:
        raise ImportError("no keyring")

    cache = TokenCache(Keyring(path, none))
    for attempt in (cache.read, lambda: cache.write(KEPT), lambda: cache.signing_in().__enter__()):
        with pytest.raises(SignInError, match=r"There is no system keyring here .*\(ImportError\)\. Set `cache\.key`"):
            attempt()
