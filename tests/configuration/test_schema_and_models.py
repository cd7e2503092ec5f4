"""What the models take, the published schemas take: an editor never objects to settings that the tool accepts (K1)."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.models import accepted
from reconciler.configuration.parsing.schema_errors import flaws
from reconciler.configuration.parsing.yaml_text import parse, source_of
from reconciler.configuration.schemas import MODELS, load

ENVIRONMENT = Path(__file__).parents[1] / "environments" / "prod"
ODD = (
    None,
    "",
    "x",
    "a/b",
    " a",
    "name\n",
    0,
    1,
    -1,
    1.0,
    1.5,
    True,
    False,
    [],
    {},
    [None],
    {"env": "X"},
    "prod",
    "24h",
)
ODD += ("2027-06-30", "2027-06-30T00:00:00", "1782777600", 1782777600, "02027-06-30", "2027-6-30", "common")


def documents() -> dict[str, Document]:
    """Return the documents of production, with keys that its files leave out."""
    read = {}
    for path in sorted(ENVIRONMENT.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        document, problems = parse(path.name, text, source_of(path.name, text))
        assert document is not None, problems
        read[path.name] = document
    return read


DOCUMENTS = documents()
PLACES = [(name, path) for name, document in DOCUMENTS.items() for path in document.places if path]


def agrees(name: str, data: Any) -> bool:
    model = accepted(Document(name, data, {}), MODELS[name])
    return model is None or list(flaws(data, load(name))) == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_right_file_is_accepted_without_asking_the_schema(name: str) -> None:
    assert accepted(DOCUMENTS[name], MODELS[name]) is not None
    assert list(flaws(DOCUMENTS[name].data, load(name))) == []


@pytest.mark.parametrize(("name", "path"), PLACES)
def test_no_odd_value_is_accepted_that_the_schema_refuses(name: str, path: tuple[str | int, ...]) -> None:
    for value in ODD:
        data = copy.deepcopy(DOCUMENTS[name].data)
        holder = data
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = value
        assert agrees(name, data), (path, value)


@given(
    place=st.sampled_from(PLACES), key=st.sampled_from(["tenant_id", "Name", "x", "from_", "in", "all", "transform"])
)
def test_no_key_is_accepted_that_the_schema_refuses(place: tuple[str, tuple[str | int, ...]], key: str) -> None:
    name, path = place
    data = copy.deepcopy(DOCUMENTS[name].data)
    holder = data
    for part in path[:-1]:
        holder = holder[part]
    if isinstance(holder, dict):
        holder[key] = holder.pop(path[-1])
    assert agrees(name, data)


def test_python_names_of_settings_are_unknown_keys() -> None:
    data = copy.deepcopy(DOCUMENTS["connection.yaml"].data)
    data["tenant_id"] = data.pop("tenantId")
    assert accepted(Document("connection.yaml", data, {}), MODELS["connection.yaml"]) is None
