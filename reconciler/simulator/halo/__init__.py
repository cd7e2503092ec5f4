"""A pretend Halo over HTTPS: its REST API and its reports, as clients and its OpenAPI document describe them.

- `Halo.furnished()` is the data, with what an administrator sets up and what people edit beside the API.
- `HaloServer(Halo.furnished())` is a context manager that serves it on loopback.
"""

from reconciler.simulator.halo.data import Halo, Options
from reconciler.simulator.halo.server import HaloServer

__all__ = ["Halo", "HaloServer", "Options"]
