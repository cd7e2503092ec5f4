"""Unknown is not absent (G3, G4): every fault of the simulator, wherever it strikes, against every rule that removes.

A cell is one apply, on a store that was imported before the day. What a fault leaves unknown is not removed: it is
withheld with a reason, or told as an unknown part, and the exit code is 5 (1 when nothing could be read). What is known
all the same goes on: a fault in the software keeps no deleted device in use.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from faulty_days import WORLDS, Done, World, apply, world
from msgspec.structs import replace

from reconciler.errors import ExitCode
from reconciler.simulator.exchange import SIGN_IN, Endpoint
from reconciler.simulator.faults import WIRE, Fault, FaultName

pytestmark = pytest.mark.thorough

N, E = FaultName, Endpoint
TOO_LARGE = 70_000_000
ENDPOINTS = {
    "one by one": (
        *(E.DISCOVERY, E.TOKEN, E.DEVICES, E.DEVICE, E.BATCH, E.OVERVIEW),
        *(E.USERS, E.EXPORTS, E.EXPORT, E.DOWNLOAD),
    ),
    "by list": (E.DEVICES, E.USERS, E.ENTRA_DEVICES, E.DETECTED_APPS, E.APP_DEVICES, E.BATCH),
    "last import": (E.DEVICES, E.DEVICE, E.ORGANIZATION),
}
LASTING = {
    "throttled": {"name": N.THROTTLE, "retry_after": 6900},
    "throttled without a time": {"name": N.THROTTLE, "retry_form": "none"},
    "503": {"name": N.SERVER_ERROR},
    "500": {"name": N.SERVER_ERROR, "status": 500},
    "dropped": {"name": N.DROP},
    "dropped partway": {"name": N.DROP, "partway": True},
    "a proxy's page": {"name": N.HTML},
    "a proxy's 502": {"name": N.HTML, "status": 502},
    "half of the JSON": {"name": N.BAD_JSON},
    "a redirect": {"name": N.REDIRECT},
    "a passing 403 that stays": {"name": N.NESTED_ERROR},
    "a permission that is missing": {"name": N.MISSING_PERMISSION},
    "a token that is refused": {"name": N.EXPIRED_TOKEN},
    "a reply without end": {"name": N.HUGE, "size": TOO_LARGE},
}
LISTS = {E.DEVICES, E.USERS, E.DETECTED_APPS}
PARTS = {E.DEVICE, E.APP_DEVICES}
"""Asked for in batches only, where no fault of the whole exchange can strike."""
Cell = tuple[str, str, Endpoint, int]


def lasting() -> Iterator[Cell]:
    """Yield each lasting fault at each endpoint, at the list's first page and at its second."""
    for name, endpoints in ENDPOINTS.items():
        for fault, about in LASTING.items():
            for endpoint in endpoints:
                if about["name"] is N.HUGE and endpoint not in LISTS:
                    continue
                if about["name"] in {*WIRE, N.HTML} and endpoint in PARTS:
                    continue
                if endpoint is not E.DEVICES or name == "one by one":
                    yield name, fault, endpoint, 0
                if endpoint is E.DEVICES:
                    yield name, fault, endpoint, 1


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], World]]:
    """Give each world by its name, imported once."""
    with ExitStack() as stack:

        @cache
        def opened(name: str) -> World:
            return stack.enter_context(world(tmp_path_factory.mktemp("world"), name))

        yield opened


def kept(made: World, done: Done) -> set[str]:
    """Return what was not removed; nothing may be in a third state."""
    for what, (before, after) in made.outcomes.items():
        assert done.found[what] in (before, after), what
    return {what for what, (before, _) in made.outcomes.items() if done.found[what] == before}


@pytest.mark.parametrize("name", list(WORLDS))
def test_every_rule_removes_something_on_the_day(worlds: Callable[[str], World], name: str) -> None:
    """Without a fault each of the rules does: what the cells show is not that nothing was to be done."""
    made = worlds(name)
    assert {what for what, (before, after) in made.outcomes.items() if before == after or not before} == set()
    done = apply(made)
    assert (done.code, kept(made, done)) == (ExitCode.DONE, set())


@pytest.mark.parametrize(("name", "fault", "endpoint", "passes"), list(lasting()))
def test_what_a_lasting_fault_leaves_unknown_is_not_removed(
    worlds: Callable[[str], World], name: str, fault: str, endpoint: Endpoint, passes: int
) -> None:
    """What needs the endpoint stays as it was and is told; all else is as without the fault."""
    made = worlds(name)
    done = apply(made, Fault(**LASTING[fault], on=(endpoint,), after=passes, times=None))
    if endpoint in SIGN_IN or (endpoint is E.DEVICES and not passes):
        assert (done.code, done.same_rows) == (ExitCode.ERROR, True)
        assert done.why
        return
    waiting = {each for each in made.removals if endpoint in each.needs}
    assert kept(made, done) == {each.what for each in waiting}
    assert done.code == (ExitCode.DONE if endpoint is E.OVERVIEW else ExitCode.PARTLY_UNKNOWN)
    assert done.plan is not None
    assert {each.what for each in waiting if not each.is_told(done.plan, endpoint)} == set()
    assert all(part.why for summary in done.plan.connections for part in summary.unknown)


TRIED_AGAIN = (
    *("throttled", "throttled without a time", "503", "500", "dropped", "dropped partway"),
    *("a proxy's 502", "a token that is refused"),
)


def passing() -> Iterator[tuple[str, Fault]]:
    """Yield the faults that do no harm: what is tried again, and what is only odd."""
    for fault in (
        "throttled",
        "throttled without a time",
        "503",
        "500",
        "dropped",
        "a proxy's 502",
        "a token that is refused",
    ):
        about = LASTING[fault] | ({"retry_after": 1} if fault == "throttled" else {})
        for endpoint in ENDPOINTS["one by one"]:
            if about["name"] in {*WIRE, N.HTML} and endpoint in PARTS:
                continue
            if about["name"] is N.EXPIRED_TOKEN and endpoint in {*SIGN_IN, E.DOWNLOAD, E.DEVICE}:
                continue
            yield f"{fault} at {endpoint}", Fault(**about, on=(endpoint,))
    yield "slow", Fault(N.SLOW, seconds=0.02, times=None)
    for endpoint in sorted(LISTS):
        yield f"an empty page of {endpoint}", Fault(N.EMPTY_PAGE, on=(endpoint,), times=2)
        yield f"a large page of {endpoint}", Fault(N.HUGE, on=(endpoint,), size=1_000_000)
    yield "a device twice", Fault(N.DUPLICATE_DEVICE)


@pytest.mark.parametrize("fault", [pytest.param(fault, id=name) for name, fault in passing()])
def test_a_fault_that_passes_changes_nothing(worlds: Callable[[str], World], fault: Fault) -> None:
    """It is tried again, or read as it is; every rule does what it does, and nothing is unknown."""
    made = worlds("one by one")
    done = apply(made, fault)
    assert (done.code, done.why, kept(made, done)) == (ExitCode.DONE, "", set())


GONE, AGAIN, TWIN = (
    "a deleted device's status",
    "a binding that moves to a new enrolment",
    "a binding that moves to a later twin",
)
MOVED = "a site that a user left"
NOBODYS, STRANGERS = "a link to a user, of a device of nobody", "a link to a user, of a device of a stranger"
UNOWNED = "a link to a user, of a device of no owner"
SOFTWARE, DISABLED = "software that is detected no more", "an account that is disabled"
OF_THEIR_OWN = {
    "a list without devices that are there": (Fault(N.SHORT_LIST), {MOVED, NOBODYS, STRANGERS}),
    "a list whose links go in a circle": (Fault(N.REPEAT_NEXT_LINK), {GONE, AGAIN}),
    "a list that goes on elsewhere": (Fault(N.FOREIGN_NEXT_LINK, on=(E.DEVICES,), after=1), {GONE, AGAIN}),
    "users whose links go in a circle": (Fault(N.REPEAT_NEXT_LINK, on=(E.USERS,)), {MOVED, STRANGERS, DISABLED}),
    "users that go on elsewhere": (Fault(N.FOREIGN_NEXT_LINK, on=(E.USERS,)), {MOVED, STRANGERS, DISABLED}),
    "a device that cannot be asked for": (Fault(N.GET_UNKNOWN, times=None), {GONE}),
    "a device that may not be asked for": (Fault(N.GET_UNKNOWN, status=403, times=None), {GONE}),
    "a device that is asked for wrongly": (Fault(N.GET_UNKNOWN, status=400, times=None), {GONE}),
    "a stale record": (Fault(N.STALE_RECORD, times=None), {GONE}),
    "an export that never ends": (Fault(N.STUCK_EXPORT, times=None), {SOFTWARE}),
    "an export that fails": (Fault(N.FAILED_EXPORT, times=None), {SOFTWARE}),
    "an export without a column": (Fault(N.EXPORT_COLUMNS, times=None), {SOFTWARE}),
    "an export that is too large": (Fault(N.HUGE_EXPORT, size=TOO_LARGE), {SOFTWARE}),
    "an export that unpacks to too much": (Fault(N.ZIP_BOMB, size=1_100_000_000), {SOFTWARE}),
    "an export of two files": (Fault(N.TWO_FILES), {SOFTWARE}),
}


ASTRAY = {
    f"{fault} at {endpoint}": (Fault(fault, on=(endpoint,)), {what})
    for fault in (N.FOREIGN_NEXT_LINK, N.REPEAT_NEXT_LINK)
    for endpoint, what in ((E.ENTRA_DEVICES, UNOWNED), (E.DETECTED_APPS, SOFTWARE), (E.APP_DEVICES, SOFTWARE))
}
"""Lists that are read in the world that trusts them, each of whose pages may lead astray."""


@pytest.mark.parametrize("astray", list(ASTRAY))
def test_a_list_that_leads_astray_leaves_the_rest_of_it_unknown(worlds: Callable[[str], World], astray: str) -> None:
    """The link is not followed, in a batch as little as elsewhere, and what the list is for stays."""
    made = worlds("by list")
    fault, waiting = ASTRAY[astray]
    done = apply(made, fault)
    assert (done.code, kept(made, done)) == (ExitCode.PARTLY_UNKNOWN, waiting)


@pytest.mark.parametrize("of_its_own", list(OF_THEIR_OWN))
def test_what_a_fault_of_its_own_kind_leaves_unknown_is_not_removed(
    worlds: Callable[[str], World], of_its_own: str
) -> None:
    """Short lists, circles, stale records, odd exports: what they hide stays, and the run says that it is not whole."""
    made = worlds("one by one")
    fault, waiting = OF_THEIR_OWN[of_its_own]
    ids = {N.SHORT_LIST: made.listed, N.GET_UNKNOWN: made.gone, N.STALE_RECORD: made.gone}.get(fault.name, ())
    done = apply(made, replace(fault, ids=ids))
    assert kept(made, done) == waiting
    assert done.code == ExitCode.PARTLY_UNKNOWN
    assert done.plan is not None
    assert all(part.why for summary in done.plan.connections for part in summary.unknown)


def test_every_fault_there_is_was_tried() -> None:
    """A fault that the simulator learns has to be given its cells."""
    tried = {about["name"] for about in LASTING.values()}
    tried |= {fault.name for fault, _ in OF_THEIR_OWN.values()} | {fault.name for _, fault in passing()}
    assert tried == set(FaultName)
