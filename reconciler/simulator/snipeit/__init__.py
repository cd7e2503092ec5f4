"""A pretend Snipe-IT over HTTPS: its REST API as its source has it, errors that come as 200 and all.

- `SnipeIt()` is the data, with what an administrator sets up and what people edit beside the API.
- `SnipeItServer(SnipeIt())` is a context manager that serves it on loopback.
"""

from reconciler.simulator.snipeit.data import SnipeIt
from reconciler.simulator.snipeit.server import SnipeItServer

__all__ = ["SnipeIt", "SnipeItServer"]
