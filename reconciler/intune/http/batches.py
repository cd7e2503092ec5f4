"""Asking Graph many small things in `$batch`es of twenty, each part judged and tried again on its own.

Parts come back in any order, and are throttled one by one. Those to be tried again go into a new batch after the
longest wait that any of them was given (docs concepts/json-batching.md, throttling.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.error_replies import described_parts
from reconciler.intune.http.graph import Graph, not_understood
from reconciler.intune.http.retries import RETRIED, Patience, Trouble, retry_after
from reconciler.intune.http.threads import threads

PARTS: Final = 20
_THROTTLED: Final = 429


class Answer(Struct, frozen=True):
    """What Graph said to one part."""

    id: str
    status: int
    headers: dict[str, Any] | None = None
    body: Raw = Raw()

    def described(self) -> str:
        """Say what the answer says, for one that is an error."""
        return described_parts(self.status, bytes(self.body), self._lower())

    def wait(self, graph: Graph) -> float | None:
        """Return the wait that the answer asks for."""
        return retry_after(self._lower(), graph.budget.pace.now())

    def _lower(self) -> dict[str, str]:
        return {name.lower(): str(value) for name, value in (self.headers or {}).items()}


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer to a part."""

    why: str


class _Replies(Struct):
    responses: list[Answer]


_REPLIES = msgspec.json.Decoder(_Replies)


def ask_each(graph: Graph, addresses: Mapping[str, str]) -> Iterator[tuple[str, Answer | NoAnswer]]:
    """Yield an answer, or why there is none, for each address below `/v1.0`, by its key and in any order."""
    keys = iter(addresses)
    chunks = iter(lambda: {key: addresses[key] for key in islice(keys, PARTS)}, {})
    with threads(graph.bounds.batches, "batches") as several:
        for answers in several.map(lambda chunk: _ask(graph, chunk), chunks):
            yield from answers.items()


def _ask(graph: Graph, addresses: Mapping[str, str]) -> dict[str, Answer | NoAnswer]:
    """Ask one batch's parts until each is answered or given up."""
    results: dict[str, Answer | NoAnswer] = {}
    waiting = dict(addresses)
    patience = Patience(graph.budget)
    try:
        while waiting:
            with graph.flow.one() as round_:
                answers = _batch(graph, waiting)
            if any(answer.status == _THROTTLED for answer in answers.values()):
                graph.flow.throttled(round_)
            else:
                graph.flow.passed()
            again = {key: answers.get(key) for key in waiting if _again(answers.get(key))}
            results |= answers
            waiting = {key: addresses[key] for key in again}
            if waiting:
                patience.wait(_trouble(graph, again))
    except (GraphError, SignInError) as error:
        results |= {key: NoAnswer(str(error)) for key in waiting}
    return results


def _batch(graph: Graph, addresses: Mapping[str, str]) -> dict[str, Answer]:
    keys = dict(enumerate(addresses))
    reply = graph.batch({str(number): addresses[key] for number, key in keys.items()})
    try:
        responses = _REPLIES.decode(reply.body).responses
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise not_understood(f"{graph.base}/v1.0/$batch", reply) from error
    numbered = {answer.id: answer for answer in responses}
    return {key: numbered[str(number)] for number, key in keys.items() if str(number) in numbered}


def _again(answer: Answer | None) -> bool:
    return answer is None or answer.status in RETRIED


def _trouble(graph: Graph, answers: Mapping[str, Answer | None]) -> Trouble:
    told = [wait for answer in answers.values() if answer and (wait := answer.wait(graph)) is not None]
    first = next((answer.described() for answer in answers.values() if answer), "no answer")
    return Trouble(f"{len(answers)} of a batch's parts got {first}", max(told, default=None))
