"""`users.yaml`: who an asset belongs to (U1-U4)."""

from pydantic import Field

from reconciler.settings.base import Choice, Settings, SettingsFile, SiteName, guide
from reconciler.settings.mappings.criteria import Criterion


class AssignFrom(Choice):
    """Who says whose an asset is (U1)."""

    INTUNE = "intune", "The user that Intune names for the device."
    ENTRA = (
        "entra",
        "The registered owner of the Entra device with the same `azureADDeviceId`, whose `user.<property>` it is too.",
    )
    NONE = "none", "Nobody: an asset's user is never touched."


class UserField(Choice):
    """A field of store users that identifies one."""

    UPN = "upn", "The user principal name."
    MAIL = "mail", "The mail address."
    EMPLOYEE_ID = "employeeId", "The employee id."
    NAME = "name", "The display name; two people may have the same."
    ENTRA_ID = "entraId", "The id in Entra, which never moves."


class UserIdentifier(Settings):
    """The pair of values that must be equal, trimmed and whatever their case (U2)."""

    source: str = Field(
        description="This property says who the user is: one of the device's (`userPrincipalName`, `emailAddress`, "
        "`userId`, `userDisplayName`), or `user.<property>` of the Entra user. With `assignFrom: entra` it is always a "
        "property of the owner, with or without `user.`.",
        examples=["userPrincipalName", "user.employeeId"],
    )
    store: UserField = Field(
        description="It is compared with this field of store users, which must be unique.", examples=["upn"]
    )


class UserSite(Settings):
    """How an Entra user's site is found."""

    from_: str = Field(
        alias="from",
        description="This property of the Entra user, a `user.<property>`, names the site.",
        examples=["user.officeLocation"],
    )
    lookup: dict[str, SiteName] = Field(
        min_length=1,
        description="Each value stands beside the site that it means.",
        examples=[{"Leeds": "Contoso/Leeds"}],
    )


class UserScope(Choice):
    """Which users of Entra are read (G12)."""

    NAMED = "named", "Those that devices name, and those that the store has."
    ALL = "all", "Everybody in the directory."


class ImportUsers(Settings):
    """Store users made and kept from Entra (U4)."""

    enabled: bool = Field(
        default=False, description="With true, store users are created and updated from Entra; nobody is deleted."
    )
    scope: UserScope = Field(default=UserScope.NAMED, description="These users are read.")
    include: Criterion | None = Field(
        default=None,
        description="Only users for whom this criterion on their properties holds are imported.",
        examples=[{"property": "userType", "equals": "Member"}],
    )
    exclude: Criterion | None = Field(
        default=None,
        description="Users for whom this criterion on their properties holds are left out.",
        examples=[{"property": "accountEnabled", "equals": False}],
    )
    site: UserSite | None = Field(
        default=None,
        description="A user's site is found so; without it, users keep theirs.",
        examples=[{"from": "user.officeLocation", "lookup": {"Leeds": "Contoso/Leeds"}}],
    )


class UsersFile(SettingsFile):
    """`users.yaml`: who an asset belongs to."""

    assign_from: AssignFrom = Field(
        default=AssignFrom.INTUNE,
        description="An asset's user is found in this way.",
        json_schema_extra=guide("which integration is used for user assignment"),
    )
    user_identifier: UserIdentifier = Field(
        default=UserIdentifier(source="userPrincipalName", store=UserField.UPN),
        description="A device's user and a store user are one person when these are equal.",
        json_schema_extra=guide("User Identifier"),
    )
    unlink_when_no_match: bool = Field(
        default=False,
        description="With true, an asset loses its user when the source names nobody, or somebody the store lacks.",
        json_schema_extra=guide("Unlink Halo Assets from Users if an Intune User match is not found"),
    )
    import_users: ImportUsers = Field(default=ImportUsers(), description="Store users are kept from Entra so.")

    def identifier_source(self) -> str:
        """Return the property that identifies a user: a device's, or with `user.` one of the Entra user (U1, U2)."""
        source = self.user_identifier.source
        return f"user.{source.removeprefix('user.')}" if self.assign_from is AssignFrom.ENTRA else source
