"""`users.yaml`: who an asset belongs to (U1-U4)."""

from enum import StrEnum

from pydantic import Field

from reconciler.settings.base import Settings, SettingsFile, SiteName


class AssignFrom(StrEnum):
    """The guide's choice of the integration used for user assignment."""

    INTUNE = "intune"
    ENTRA = "entra"
    NONE = "none"


class UserField(StrEnum):
    """A field of store users that identifies one."""

    UPN = "upn"
    MAIL = "mail"
    EMPLOYEE_ID = "employeeId"
    NAME = "name"


class UserIdentifier(Settings):
    """The guide's "User Identifier": the pair that must be equal."""

    source: str = Field(
        description="A user property: of the device (userPrincipalName, emailAddress, userId, userDisplayName), "
        "or `user.<property>` of the Entra user.",
        examples=["userPrincipalName", "user.employeeId"],
    )
    store: UserField = Field(description="The store users' field it is compared with; must be unique.")


class UserSite(Settings):
    """How an Entra user's site is found."""

    from_: str = Field(alias="from", description="A `user.<property>`.", examples=["user.officeLocation"])
    lookup: dict[str, SiteName] = Field(min_length=1, description="The value, and the site that it stands for.")


class ImportUsers(Settings):
    """Store users made and kept from Entra (U4)."""

    enabled: bool = Field(default=False, description="Whether store users are created and updated from Entra.")
    site: UserSite | None = Field(
        default=None, description="How a user's site is found; users keep theirs when left out."
    )


class UsersFile(SettingsFile):
    """`users.yaml`: who an asset belongs to."""

    assign_from: AssignFrom = Field(default=AssignFrom.INTUNE, description="Which integration assigns users.")
    user_identifier: UserIdentifier = Field(
        default=UserIdentifier(source="userPrincipalName", store=UserField.UPN),
        description='The guide\'s "User Identifier".',
    )
    unlink_when_no_match: bool = Field(
        default=False, description='The guide\'s "Unlink Halo Assets from Users if an Intune User match is not found".'
    )
    import_users: ImportUsers = Field(default=ImportUsers(), description="Store users from Entra.")
