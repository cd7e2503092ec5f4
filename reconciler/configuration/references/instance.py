"""Checks of `instance.yaml`: its name, and a store's URL that holds no secret."""

from collections.abc import Iterator

from reconciler.configuration.database_url import OPTIONS, unsafe_options
from reconciler.configuration.names import one_of
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.masking import REFERENCE, has_password
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts
from reconciler.settings.instance import InstanceFile
from reconciler.settings.stores import Store

_DIALECTS = ("sqlite:", "postgresql:", "postgresql+psycopg:")


def broken(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what is wrong with the instance."""
    found = parts.whole("instance.yaml", InstanceFile)
    if found is None:
        return
    document, instance = found
    if instance.name != parts.name:
        message = f"the instance is called `{instance.name}`, its folder `{parts.name}`"
        yield document.problem(("name",), message, expected=f"`{parts.name}`", hint="Both are one name.", rule="K2")
    yield from _shape(document, instance.store)
    where = ("store", "ledger", "url") if instance.store.ledger else ("store", "url")
    if not isinstance(instance.store.database, str):
        return
    if has_password(instance.store.database):
        hint = "Remove it here, and change the password if it was ever committed."
        message = "a URL with a password stands here"
        yield document.problem(where, message, expected=REFERENCE, hint=hint, rule="K4")
    elif not instance.store.database.startswith(_DIALECTS):
        expected = "`sqlite:///PATH` or `postgresql://USER@HOST/DATABASE`"
        yield document.problem(where, "not the URL of a store", expected=expected, rule="K2")
    elif not instance.store.database.startswith("sqlite:") and (options := unsafe_options(instance.store.database)):
        message = f"`{options[0]}` cannot stand in a URL of the settings: what it does is decided outside of them"
        expected = f"no options but {one_of(sorted(OPTIONS))}"
        hint = "A URL with other options is a reference: `{env: NAME}`."
        yield document.problem(where, message, expected=expected, hint=hint, rule="K8")


def _shape(document: Document, store: Store) -> Iterator[SettingsProblem]:
    """Yield what is wrong with the parts of `store:` together."""
    if store.url is not None and (store.ledger is not None or store.is_remote):
        message = "`url` is a store of our own, and a remote store has a `ledger` instead"
        yield document.problem(("store", "url"), message, expected="`url` alone, or `ledger` and a remote", rule="K2")
    elif store.is_remote and store.ledger is None:
        message = "a remote store needs a ledger beside it"
        yield document.problem(("store",), message, expected="`ledger: {url: …}`", rule="K2")
    elif store.ledger is not None and not store.is_remote:
        message = "a ledger stands beside a remote store, and none is named"
        yield document.problem(("store", "ledger"), message, expected="`snipeIt`, `halo` or `url`", rule="K2")
    elif store.url is None and not store.is_remote:
        yield document.problem(("store",), "no store is named", expected="`url`, or `ledger` and a remote", rule="K2")
    elif store.fields and not store.is_remote:
        message = "`fields` says where a remote store keeps our fields, and the store is our own"
        yield document.problem(("store", "fields"), message, expected="no `fields`", rule="K2")
    yield from _remotes(document, store)


def _remotes(document: Document, store: Store) -> Iterator[SettingsProblem]:
    """Yield what is wrong with the remote stores that are named: more than one, or an address that is not HTTPS."""
    if len(store.remotes) > 1:
        first, second, *_ = store.remotes
        message = "the assets are in one remote store, and two are named"
        yield document.problem(("store", second), message, expected=f"`{first}` or `{second}`", rule="K2")
    for name, remote in store.remotes.items():
        if isinstance(remote.url, str) and not remote.url.startswith("https://"):
            where = ("store", name, "url")
            yield document.problem(where, "not an HTTPS address", expected="`https://HOST`", rule="K8")
