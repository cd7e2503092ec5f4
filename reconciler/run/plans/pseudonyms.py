"""Pseudonyms for a recording, made with a key; the words that the settings compare with stay."""

import secrets
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from reconciler.configuration.documents import document
from reconciler.configuration.secrets import read_secret
from reconciler.errors import SecretError
from reconciler.model.state import Recording
from reconciler.recordings import pseudonymise
from reconciler.run.context import Surroundings
from reconciler.settings.secrets import FromEnvironment

_KEY_BYTES: Final = 32
_SHORTEST: Final = 16


def pseudonymised(around: Surroundings, key_variable: str | None) -> Callable[[Recording], Recording]:
    """Return what gives a recording pseudonyms; without a variable, with a key that nobody keeps.

    Raises:
        SecretError: the variable is not set, or what it holds is too short for a key.
    """
    key = _key(around, key_variable) if key_variable else secrets.token_bytes(_KEY_BYTES)
    return partial(pseudonymise, key=key, spared=tuple(_texts(document(around.environment))))


def _key(around: Surroundings, variable: str) -> bytes:
    text = read_secret(FromEnvironment.model_construct(env=variable), around.folder, around.variables)
    if len(text) < _SHORTEST:
        raise SecretError(
            f"The key in {variable} is too short to keep pseudonyms from being guessed: it has to have {_SHORTEST} "
            "characters or more."
        )
    return text.encode()


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield str(key)
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
