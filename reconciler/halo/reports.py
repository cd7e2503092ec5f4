"""What lists do not tell, read in bulk by SQL: whose each asset is, and what its fields hold (halo-api, §3).

1. Reports are paged by key: a report is cut at 50,000 rows without a word.
2. They read a copy that may lag, so they only serve planning; a write compares with the asset itself (W4).
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reconciler.errors import RemoteError
from reconciler.halo.api import ROWS, HaloApi

_CUT_AT: Final = 50_000
_MOST_ROWS: Final = 40_000
_COUNT: Final = "SELECT COUNT(*) AS number FROM DEVICE"
_LINKS: Final = (
    "SELECT TOP {rows} d.Did AS id, MIN(u.uduserid) AS person, COUNT(*) AS links FROM DEVICE d "
    "JOIN USERDEVICE u ON u.UDdevsite = d.Dsite AND u.UDdevnum = d.ddevnum "
    "WHERE d.Did > {after} GROUP BY d.Did ORDER BY d.Did"
)
_FIELDS: Final = (
    "SELECT d.Did AS id, i.Iseq AS field, i.idata AS value FROM DEVICE d "
    "JOIN INFO i ON i.Isite = d.Dsite AND i.Inum = d.ddevnum "
    "WHERE d.Did >= {low} AND d.Did <= {high} AND i.Iseq IN ({fields})"
)


class Links(NamedTuple):
    """The user of each asset that has one, and the assets that have several, by the remote's ids."""

    one: dict[str, str]
    several: tuple[str, ...]


def count_devices(api: HaloApi) -> int:
    """Return how many assets the database has, whatever the account may see. Raises ReportsRefusedError."""
    return int(api.report(_COUNT)[0]["number"])


def read_links(api: HaloApi) -> Links:
    """Return whose each asset is. Raises ReportsRefusedError when Halo runs no reports."""
    one, several = {}, []
    for row in api.rows(_links_after, "id"):
        if int(row["links"]) > 1:
            several.append(str(row["id"]))
        else:
            one[str(row["id"])] = str(row["person"])
        api.progress("links", len(one) + len(several))
    return Links(one, tuple(several))


def read_fields(api: HaloApi, assets: Sequence[int], fields: Sequence[int]) -> dict[str, dict[int, str]]:
    """Return what fields hold, by asset and by field's id; empty ones are left out.

    Raises:
        ReportsRefusedError: Halo runs no reports.
        RemoteError: a report came back cut.
    """
    held: dict[str, dict[int, str]] = {}
    for low, high in _ranges(sorted(assets), max(1, _MOST_ROWS // max(1, len(fields)))):
        rows = api.report(_fields_between(low, high, fields))
        if len(rows) >= _CUT_AT:
            raise RemoteError(f"A report on {len(assets):,} assets was cut at {_CUT_AT:,} rows. Nothing was planned.")
        for row in rows:
            held.setdefault(str(row["id"]), {})[int(row["field"])] = str(row["value"])
    return held


def _links_after(after: int) -> str:
    return _LINKS.format(rows=ROWS, after=after)


def _fields_between(low: int, high: int, fields: Sequence[int]) -> str:
    return _FIELDS.format(low=low, high=high, fields=", ".join(map(str, fields)))


def _ranges(ids: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    for at in range(0, len(ids), size):
        part = ids[at : at + size]
        yield part[0], part[-1]
