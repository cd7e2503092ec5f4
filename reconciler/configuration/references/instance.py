"""Checks of `instance.yaml`: its name, and a store's URL that holds no secret."""

from collections.abc import Iterator

from reconciler.configuration.parsing.masking import REFERENCE, has_password
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts
from reconciler.settings.instance import InstanceFile

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
    if not isinstance(instance.store.url, str):
        return
    if has_password(instance.store.url):
        hint = "Remove it here, and change the password if it was ever committed."
        message = "a URL with a password stands here"
        yield document.problem(("store", "url"), message, expected=REFERENCE, hint=hint, rule="K4")
    elif not instance.store.url.startswith(_DIALECTS):
        expected = "`sqlite:///PATH` or `postgresql://USER@HOST/DATABASE`"
        yield document.problem(("store", "url"), "not the URL of a store", expected=expected, rule="K2")
