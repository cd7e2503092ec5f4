"""Rules about what an asset should be: type (T), fields (F), user (U), site (S), scope (X), software (L)."""

from typing import Final

from reconciler.explain.rules.rule import Rule

ATTRIBUTES: Final = (
    Rule("T1", "One type", "`determine: same` gives every asset the `default` type."),
    Rule(
        "T2",
        "Type by a field",
        (
            "`determine: field` takes the value as the type's name; a name that the store lacks becomes a new "
            "type under `newTypesGroup`."
        ),
    ),
    Rule(
        "T3",
        "Type by rules",
        (
            "`determine: rules` tries the rules in order, and the first that matches decides. Without a match it "
            "is the `default`, or a problem."
        ),
    ),
    Rule("T4", "Types kept", "With `updateTypes: false` the type of an existing asset stays."),
    Rule(
        "F1",
        "Mapped fields",
        (
            "A field gets the value of the property that `field-mappings.yaml` maps to it, or a constant. `write` "
            "and `empty` say when it is written and what an empty value does."
        ),
    ),
    Rule(
        "F2",
        "Transforms",
        ("A value goes through the transforms of its mapping in their order, such as `trim`, `upper` or `lookup`."),
    ),
    Rule(
        "F3",
        "Pinned and unmapped fields",
        ("A field that nothing maps to is never written, and neither is one that a person pinned with `store pin`."),
    ),
    Rule(
        "F4",
        "A value that does not fit",
        (
            "A value of the wrong type, too long, or not among the choices is a problem of that field; the "
            "asset's other changes go on."
        ),
    ),
    Rule("F5", "A worthless value", "A placeholder never replaces a good value in a field that matching uses."),
    Rule(
        "U1",
        "Where the user comes from",
        (
            "`assignFrom` takes the user from Intune, from the registered owner in Entra, or from nowhere, and "
            "then links stay as they are."
        ),
    ),
    Rule(
        "U2",
        "Finding the user",
        (
            "`userIdentifier` compares a property with a field of the store's users. It must be unique: two users "
            "with one value are a problem."
        ),
    ),
    Rule(
        "U3",
        "Linking the user",
        (
            "An asset is linked to the user that its device names. Without a name, or with one that the store "
            "lacks, the link is removed only with `unlinkWhenNoMatch: true`; an unknown never removes one."
        ),
    ),
    Rule(
        "U4",
        "Users from Entra",
        (
            "`importUsers` creates and updates users. A disabled account, or one that is gone from the directory, "
            "makes its user inactive; users are never deleted."
        ),
    ),
    Rule(
        "U5",
        "Ids before names",
        (
            "Where a store user has the Entra id that the device names, that is the user, whatever they are "
            "called. A name alone never matches a user with another id."
        ),
    ),
    Rule(
        "S1",
        "The site",
        (
            "`siteAllocation` gives an asset its user's site, or the default site where there is none, or always "
            "the default site, or leaves the site as it is."
        ),
    ),
    Rule(
        "S2",
        "The organisation",
        "With the entity `organisations`, the tenant's own organisation is created and renamed from Graph.",
    ),
    Rule(
        "X1",
        "Excluded devices",
        (
            "`exclude` and `excludeDefenderManaged` leave devices out: they are neither created nor updated, and "
            "their assets stay exactly as they are."
        ),
    ),
    Rule(
        "L1",
        "Software",
        (
            "What is detected on a device becomes the software of its asset. Software that is no longer detected "
            "goes only after a whole read, and never from personal devices."
        ),
    ),
    Rule(
        "L2",
        "Software and licences",
        (
            "Software is matched by name without case, and counts for the licence of that name or one of its "
            "`alsoKnownAs`."
        ),
    ),
)
