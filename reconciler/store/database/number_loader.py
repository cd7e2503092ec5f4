"""Numbers out of PostgreSQL: one that was whole stays whole, as in SQLite."""

from typing import Any

from psycopg.adapt import Loader


class NumberLoader(Loader):
    """Reads `double precision`."""

    def load(self, data: Any) -> int | float:
        """Return an int for a whole number, a float for any other."""
        number = float(bytes(data))
        return int(number) if number.is_integer() else number
