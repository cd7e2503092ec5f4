"""The loop that is easily written: for each device one SELECT and one UPDATE, through SQLAlchemy's ORM."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Text, create_engine, insert, select
from sqlalchemy.orm import Session, declarative_base

from benchmarks.peers.devices import devices
from benchmarks.step import Facts

_TYPES = {bool: Boolean, int: BigInteger}


def loop(folder: str, url: str) -> Facts:
    """Find each device's row and write one of its columns; commit once."""
    fleet = devices(folder)
    model, engine = _model(fleet), _engine(url)
    with Session(engine) as session:
        for key, device in fleet.items():
            row = session.execute(select(model).where(model.id == key)).scalar_one()
            before = row.lastSyncDateTime
            row.lastSyncDateTime = device["lastSyncDateTime"] if before.endswith("!") else f"{before}!"
            session.flush()
            session.expunge(row)
        session.commit()
    return {"rows": len(fleet)}


def fill(folder: str, url: str) -> None:
    """Make the table and fill it."""
    fleet = devices(folder)
    model, engine = _model(fleet), _engine(url)
    model.metadata.drop_all(engine)
    model.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(model), list(fleet.values()))


def _model(fleet: dict[str, dict[str, Any]]) -> Any:
    device = next(iter(fleet.values()))
    columns: dict[str, Any] = {name: Column(_TYPES.get(type(value), Text)) for name, value in device.items()}
    columns["id"] = Column(Text, primary_key=True)
    return type("Device", (declarative_base(),), {"__tablename__": "device", **columns})


def _engine(url: str) -> Any:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
