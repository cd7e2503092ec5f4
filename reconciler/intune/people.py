"""Reading the Entra users, a part of its own: when it fails, the rest goes on (G4)."""

from operator import attrgetter
from typing import Any, Final

from reconciler.errors import GraphError, SignInError
from reconciler.intune.devices import Progress, rows_of
from reconciler.intune.graph import Graph
from reconciler.intune.paging import pages
from reconciler.intune.records import Records

PERMISSION: Final = "User.Read.All"


def read_people(graph: Graph, records: Records, progress: Progress) -> tuple[tuple[Any, ...], str | None]:
    """Return the users by id, each once, and None; or none and why they could not all be read."""
    url = f"{graph.base}/v1.0/users?$select={records.select}&$top=999"
    users: dict[str, Any] = {}
    lost = 0
    try:
        for page in pages(graph, url, PERMISSION):
            found, without_id = rows_of(records, url, page)
            users |= {user.id: user for user in found}
            lost += without_id
            progress("users", len(users))
    except (GraphError, SignInError) as error:
        return (), str(error)
    if lost:
        return (), f"{lost} users of the list have no id, so they could not be used."
    return tuple(sorted(users.values(), key=attrgetter("id"))), None
