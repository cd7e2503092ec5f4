"""The statements that a store is sent do not grow with its assets, but for a few for each batch of thousands."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgres import Database
from sqlalchemy import Engine, event
from storing import (
    CATALOGUE,
    NEXT_READ,
    Where,
    apply,
    bound,
    changed,
    empty_store,
    life,
    new_asset,
    new_user,
    plan,
    state,
)

from reconciler.model.plan import Plan
from reconciler.model.state import Presence

MORE = 1100
"""More than one statement's parameters, so that rows are looked up in two pieces instead of one."""

BATCHES = 30
"""Reading in two pieces: a few statements more for each thing that is verified, written and read back."""


def tags(count: int) -> list[str]:
    return [f"AST-{number:06d}" for number in range(count)]


def first_import(count: int) -> Plan:
    """Return a plan that creates users, and assets of theirs with bindings."""
    users = [new_user(f"u{number}@contoso.com", site="Contoso/Leeds") for number in range(count)]
    assets = [
        new_asset(
            tag,
            f"d-{tag}",
            {"serialNumber": tag.lower()},
            name=tag,
            user=f"u{place}@contoso.com",
            custom__department="A",
        )
        for place, tag in enumerate(tags(count))
    ]
    bindings = tuple(bound(tag, life(f"d-{tag}")) for tag in tags(count))
    return plan(*CATALOGUE, *users, *assets, bindings=bindings)


def next_day(count: int) -> Plan:
    """Return a plan that changes columns and custom fields, unlinks users and deletes bindings."""
    changes = [
        changed(tag, name=(tag, f"new {tag}"), custom__department=("A", "B"), user=(f"u{place}@contoso.com", None))
        for place, tag in enumerate(tags(count))
    ]
    gone = (life(f"d-{tag}", Presence.DELETED, missing_since=NEXT_READ, missing_reads=1) for tag in tags(count))
    bindings = tuple(bound(tag, after, life(f"d-{tag}")) for tag, after in zip(tags(count), gone, strict=True))
    return plan(*changes, bindings=bindings, read_at=NEXT_READ)


@contextmanager
def counting(where: Where, patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note the statements that are sent: an executemany is one, and so is a COPY."""
    sent: list[str] = []
    with patch.context() as patched:
        if isinstance(where, Database):
            for name in ("execute", "executemany", "copy"):
                patched.setattr(psycopg.Cursor, name, _noting(getattr(psycopg.Cursor, name), sent))
            yield sent
            return

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            sent.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", note)


def _noting(method: Any, sent: list[str]) -> Any:
    def call(self: Any, query: Any, *arguments: Any, **more: Any) -> Any:
        sent.append(str(query))
        return method(self, query, *arguments, **more)

    return call


def statements(place: Where, patch: pytest.MonkeyPatch, count: int) -> list[int]:
    """Return how many a first import of so many assets takes, a state of them, and the next day's changes of each."""
    empty_store(place)
    numbers = []
    with counting(place, patch) as sent:
        apply(place, first_import(count))
    numbers.append(len(sent))
    with counting(place, patch) as sent:
        state(place)
    numbers.append(len(sent))
    with counting(place, patch) as sent:
        apply(place, next_day(count))
    return [*numbers, len(sent)]


@pytest.fixture
def another(place: Where, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """Return a second place of the same kind."""
    if not isinstance(place, Database):
        yield tmp_path / "another.db"
        return
    database = Database(request.getfixturevalue("server"))
    yield database
    database.leave()


def test_the_number_of_statements_does_not_grow_with_the_fleet(
    place: Where, another: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the assets take the same statements; more than a piece of them take a few more, and none an asset."""
    few, twice = statements(place, monkeypatch, 20), statements(another, monkeypatch, 40)
    assert few == twice
    assert min(few) > 5


def test_a_fleet_takes_a_few_batches_more(place: Where, another: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = statements(place, monkeypatch, 20), statements(another, monkeypatch, MORE)
    assert [more - less <= BATCHES for less, more in zip(few, many, strict=True)] == [True, True, True]
