"""What plans call users, resolved to the remote's ids."""

from collections.abc import Mapping

from reconciler.model.state import State
from reconciler.planning.users.references import references
from reconciler.remote.settling import People


def people_of(state: State, ids: Mapping[int, str]) -> People:
    """Return the users of a state by what plans call them; `ids` are the remote's."""
    return People({name: ids[key] for key, name in references(state.people).items() if key in ids})
