"""What Halo's documentation leaves open, and what depends on each answer (W9)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class Question(StrEnum):
    """A behaviour that `store prove` tries on a scratch asset."""

    FINDS_BY_TAG = "finds an asset by its tag"
    EMPTY_LIST_UNLINKS = "an empty list of users unlinks"
    ARRAYS_REPLACE = "an array of fields replaces the others"
    MOVE_KEEPS_ID = "a move to another site keeps the asset's id"
    STATUSES = "the statuses of assets, with their ids"


YES: Final = "yes"
NO: Final = "no"
_NEEDS: Final = {
    "create": (Question.FINDS_BY_TAG, "after a lost answer a new asset could not be found, and would be made twice"),
    "unlink": (Question.EMPTY_LIST_UNLINKS, "Halo may ignore an empty list of users"),
    "move": (Question.MOVE_KEEPS_ID, "Halo may give an asset another id at another site"),
}
_ALWAYS: Final = frozenset({"move"})
"""Operations that work whatever the answer is, once it is known."""


def unproven(proofs: Mapping[str, str]) -> dict[str, str]:
    """Return the operations that are refused, each with the reason: the answer is missing, or is no."""
    refused = {}
    for operation, (question, why) in _NEEDS.items():
        answer = proofs.get(question)
        if answer is None:
            refused[operation] = f"{why}. Find out with `reconciler store prove`, which tries it on a scratch asset."
        elif answer != YES and operation not in _ALWAYS:
            refused[operation] = f"{why}, and `reconciler store prove` found that it does: “{question}” is {answer}."
    return refused


def proven_statuses(proofs: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of the asset statuses that the scratch asset showed, by name."""
    text = proofs.get(Question.STATUSES)
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}
