"""Reading the Entra users, a part of its own: when it fails, the rest goes on (G4)."""

from collections.abc import Sequence
from typing import Any, Final

from reconciler.columnar import once_each
from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.graph import Graph
from reconciler.intune.http.paging import pages
from reconciler.intune.parts.devices import Progress, columns_of
from reconciler.intune.parts.records import Records

PERMISSION: Final = "User.Read.All"


def read_people(graph: Graph, records: Records, progress: Progress) -> tuple[Sequence[Any], str | None]:
    """Return the users, each once, and None; or none and why they could not all be read."""
    url = f"{graph.base}/v1.0/users?$select={records.select}&$top=999"
    users = records.packing()
    lost = 0
    try:
        for page in pages(graph, url, PERMISSION, records.opened):
            columns, without_id = columns_of(records, url, page)
            users.add(columns, len(columns[0]))
            lost += without_id
            progress("users", users.count)
    except (GraphError, SignInError) as error:
        return (), str(error)
    if lost:
        return (), f"{lost} users of the list have no id, so they could not be used."
    return once_each(users.packed(), "id"), None
