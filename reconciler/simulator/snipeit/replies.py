"""Snipe-IT's envelope: success and refusal alike are 200, and say which in `status`."""

from http import HTTPStatus
from typing import Any

from reconciler.simulator.exchange import Reply, json_reply


class RefusedError(Exception):
    """A request that Snipe-IT refuses, with what it says."""

    def __init__(self, messages: str | dict[str, list[str]]) -> None:
        super().__init__(str(messages))
        self.messages = messages


def success(messages: str | None, payload: Any) -> Reply:
    """Return the envelope of a write that took place."""
    return json_reply(200, {"status": "success", "messages": messages, "payload": payload})


def refusal(messages: str | dict[str, list[str]], status: int = 200) -> Reply:
    """Return the envelope of a refusal, which is 200 unless it is of a kind that is not."""
    return json_reply(status, {"status": "error", "messages": messages, "payload": None})


def refused(status: int, text: str) -> Reply:
    """Return what Snipe-IT says with a status that is none of its controllers'."""
    if status == HTTPStatus.UNAUTHORIZED:
        return json_reply(status, {"error": text})
    return refusal(text, status)
