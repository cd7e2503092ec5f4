"""The model that an asset gets: chosen by type, manufacturer and name, and made where it is lacking."""

from collections.abc import Mapping

from reconciler.errors import RefusedError
from reconciler.model.snapshot import Scalar
from reconciler.settings.stores import TypesFrom
from reconciler.snipeit.client import Client, text
from reconciler.snipeit.vocabulary import NO_MODEL, Model, Vocabulary


def chosen(client: Client, words: Vocabulary, values: Mapping[str, Scalar]) -> Model:
    """Return the model for an asset with these values, made if there is none.

    Raises:
        RefusedError: there are two, or it cannot be made.
    """
    type_ = str(values["type"]) if values.get("type") is not None else None
    found = words.model_of(type_, values.get("manufacturer"), values.get("model"))
    if len(found) > 1:
        raise RefusedError(f"there are {len(found)} models {found[0].name} of {found[0].manufacturer}. Merge them")
    if found:
        return found[0]
    return _made(client, words, type_, values)


def _made(client: Client, words: Vocabulary, type_: str | None, values: Mapping[str, Scalar]) -> Model:
    """Make a model; one that was made meanwhile, or by a write whose answer was lost, is taken."""
    if words.unsure:
        _refresh(client, words)
        found = words.model_of(type_, values.get("manufacturer"), values.get("model"))
        if found:
            return found[0]
    by_model = words.settings.types is TypesFrom.MODEL
    category = words.settings.category_for_new_models if by_model else type_
    if category is None or category not in words.categories.ids:
        raise RefusedError(f"there is no category {category} for a new model {values.get('model') or type_}")
    name = type_ if by_model else values.get("model") or f"{type_} {NO_MODEL}"
    body = {"name": name, "category_id": int(words.categories.ids[category])}
    if values.get("manufacturer") and not by_model:
        body["manufacturer_id"] = int(_manufacturer(client, words, str(values["manufacturer"])))
    if words.fieldset:
        body["fieldset_id"] = int(words.fieldset)
    words.unsure = True
    payload = client.write("POST", "models", body)
    words.unsure = False
    maker = None if by_model else values.get("manufacturer")
    model = Model(
        str(payload["id"]),
        None if str(name).endswith(NO_MODEL) else str(name),
        None if maker is None else str(maker),
        category,
        words.fieldset,
        words.new_columns if words.fieldset else frozenset(),
    )
    words.models[model.id] = model
    return model


def _manufacturer(client: Client, words: Vocabulary, name: str) -> str:
    if name in words.manufacturers.twice:
        raise RefusedError(f"there is more than one manufacturer {name}. Merge them there.")
    if name not in words.manufacturers.ids:
        words.unsure = True
        words.manufacturers.ids[name] = str(client.write("POST", "manufacturers", {"name": name})["id"])
    return words.manufacturers.ids[name]


def _refresh(client: Client, words: Vocabulary) -> None:
    """Read models and manufacturers again after a write of one whose answer was lost."""
    for row in client.every("manufacturers", "manufacturers", lambda _count: None):
        words.manufacturers.ids.setdefault(text(row["name"]) or "", str(row["id"]))
    for row in client.every("models", "models", lambda _count: None):
        if str(row["id"]) not in words.models:
            words.learn(row, {words.fieldset or "": words.new_columns})
    words.unsure = False
