"""Driving a running simulator from another terminal; these requests are not counted.

- `GET /simulator/requests`: the counts; `DELETE` resets them.
- `POST /simulator/next-day`: lets a day pass, with the keywords of `Tenant.next_day` as a JSON body, if any.
- `POST /simulator/faults`: injects one fault or a list of them; `DELETE` clears them.
"""

from dataclasses import fields

import msgspec

from reconciler.simulator.exchange import Call, Reply, json_reply
from reconciler.simulator.faults import Fault, Faults
from reconciler.simulator.graph.errors import graph_error
from reconciler.simulator.request_log import Tally
from reconciler.simulator.tenant.days import Counts
from reconciler.simulator.tenant.tenant import Tenant


class Admin:
    """Answers the paths below `/simulator/`."""

    def __init__(self, tenant: Tenant, faults: Faults, tally: Tally) -> None:
        self._tenant = tenant
        self._faults = faults
        self._tally = tally

    def answer(self, call: Call) -> Reply:
        """Answer one request; 400 says what is wrong with it."""
        try:
            return json_reply(200, self._done(call))
        except (LookupError, ValueError) as wrong:
            return graph_error(400, "BadRequest", str(wrong))

    def _done(self, call: Call) -> object:
        """Do what is asked of the simulator itself. Raises LookupError for anything unknown."""
        match call.method, call.path:
            case "GET", "/simulator/requests":
                return {"total": self._tally.total, "counts": self._tally.counts}
            case "DELETE", "/simulator/requests":
                self._tally.reset()
                return {}
            case "POST", "/simulator/next-day":
                return self._tenant.next_day(**_amounts(call.body))
            case "POST", "/simulator/faults":
                faults = msgspec.json.decode(call.body, type=Fault | list[Fault])
                for fault in faults if isinstance(faults, list) else [faults]:
                    self._faults.inject(fault)
                return {}
            case "DELETE", "/simulator/faults":
                self._faults.clear()
                return {}
            case _:
                raise LookupError(f"The simulator has no {call.method} {call.path}.")


def _amounts(body: bytes) -> dict[str, int]:
    """Read the amounts of a day. Raises ValueError for what is none, LookupError for what no day has."""
    amounts = msgspec.json.decode(body or b"{}", type=dict[str, int])
    known = [field.name for field in fields(Counts)]
    for name in amounts:
        if name not in known:
            raise LookupError(f"A day has no {name}, only {', '.join(known)}.")
    return amounts
