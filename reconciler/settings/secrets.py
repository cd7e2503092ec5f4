"""References to secrets: where a value is, never the value (K4)."""

from pydantic import Field

from reconciler.settings.base import Settings


class FromEnvironment(Settings):
    """A secret in an environment variable."""

    env: str = Field(
        pattern=r"^([A-Za-z_]|\{environment\}|\{connection\})([A-Za-z0-9_]|\{environment\}|\{connection\})*$",
        description="The environment variable of this name holds the value. `{environment}` and `{connection}` stand "
        "for the names of those, in capitals and with `_` for what is no letter and no digit.",
        examples=["INTUNE_CLIENT_SECRET"],
        json_schema_extra={"patternErrorMessage": "the name of an environment variable"},
    )


class FromFile(Settings):
    """A secret in a file: below the environment's folder or /run/secrets, or below RECONCILER_SECRETS_DIR (K8)."""

    file: str = Field(
        min_length=1,
        description="The file at this path holds the value. A relative path begins at the environment's folder, or at "
        "`RECONCILER_SECRETS_DIR` where that is set. `{environment}` and `{connection}` stand for the names of those.",
        examples=["/run/secrets/intune"],
    )


Secret = FromEnvironment | FromFile
