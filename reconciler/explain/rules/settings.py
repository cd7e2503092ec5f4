"""Rules about settings (K) and about which instance may do something (E)."""

from typing import Final

from reconciler.explain.rules.rule import Rule

SETTINGS: Final = (
    Rule(
        "K1",
        "Schemas",
        (
            "Every settings file starts with `version: 1` and names its JSON Schema, which is generated from the "
            "program's own models."
        ),
    ),
    Rule(
        "K2",
        "Every problem at once",
        (
            "Validation looks at all files and reports every problem together: YAML, schema, types, names that "
            "the catalogue lacks, and lint. Lint gives warnings, everything else errors; `validate --strict` "
            "makes warnings errors."
        ),
    ),
    Rule(
        "K3",
        "Where a problem is",
        (
            "A problem names file, line and column, shows the line with a mark under the value, and suggests a "
            "known name that is near. Unknown keys are always errors: a misspelt safety key must never pass."
        ),
    ),
    Rule(
        "K4",
        "No secret in a file",
        ("A secret is `{env: NAME}` or `{file: PATH}`. A literal is an error, and the message does not repeat it."),
    ),
    Rule(
        "K5",
        "Tests of settings",
        (
            "`tests.yaml` holds devices and what must become of them. `reconciler test` runs them without a "
            "network, and `plan` refuses to run when one fails."
        ),
    ),
    Rule(
        "K6",
        "Known properties",
        "A mapping may name only properties that Graph has. Properties that hold secrets cannot be mapped.",
    ),
    Rule(
        "K7",
        "A connection is its tenant",
        (
            "Links to devices hang on the tenant's id. Another folder name is a rename; another `tenantId` is "
            "refused while links of the old one exist. A connection whose folder is gone changes nothing."
        ),
    ),
    Rule(
        "K8",
        "Hosts and programs",
        (
            "A pull request must not be able to send a secret anywhere or start a program: addresses that are not "
            "Microsoft's are refused for production and need `RECONCILER_ALLOW_HOST` elsewhere, `tenantId` is one "
            "tenant, and files of secrets lie below the environment or `/run/secrets`."
        ),
    ),
    Rule(
        "K9",
        "Shared settings",
        (
            "A file in `_shared` is laid under the file of the same name: mappings key by key, named lists by "
            "name, every other list replaced. `show-settings` prints what results, each value with its file."
        ),
    ),
    Rule(
        "E1",
        "Enabled for which instances",
        "`enabledForInstances` is `production-only` (the default), `all`, or a list of instances.",
    ),
    Rule(
        "E2",
        "Not enabled here",
        (
            "A connection that is not enabled for this instance does nothing: no request, no credential looked "
            "at, no change. `plan --as-if-enabled` previews it."
        ),
    ),
    Rule(
        "E3",
        "The store's stamp",
        (
            "A store knows whose it is. With the stamp of another instance, such as a test database restored from "
            "production, nothing is written; `store adopt` makes the store this instance's."
        ),
    ),
    Rule(
        "E4",
        "Settings not yet applied here",
        (
            "The store remembers the settings that were last applied. A difference takes effect with this "
            "instance's own next apply, and is shown as pending until then."
        ),
    ),
    Rule(
        "E5",
        "Committed settings",
        "A production instance applies committed settings only, unless `--allow-uncommitted` is given.",
    ),
)
