# ruff: noqa: N815 - the properties keep Graph's own names, so that what a test edits is what Graph calls it.
"""One managed device and one Entra user, with every v1.0 property that the simulator answers."""

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

NEVER: Final = "0001-01-01T00:00:00Z"
FOREVER: Final = "9999-12-31T23:59:59Z"
ZERO_GUID: Final = "00000000-0000-0000-0000-000000000000"

NOT_LISTED: Final[dict[str, object]] = {
    "activationLockBypassCode": None,
    "configurationManagerClientEnabledFeatures": None,
    "deviceHealthAttestationState": None,
    "enrollmentProfileName": None,
    "ethernetMacAddress": None,
    "exchangeAccessState": "none",
    "exchangeAccessStateReason": "none",
    "iccid": None,
    "meid": "",
    "notes": None,
    "physicalMemoryInBytes": 0,
    "remoteAssistanceSessionErrorDetails": None,
    "remoteAssistanceSessionUrl": None,
    "udid": None,
}
"""What a list, and a GET without `$select`, answers for the properties that only a single GET fills."""


class Device(Struct, frozen=True, kw_only=True, gc=False):
    """A `microsoft.graph.managedDevice`; the defaults are the sentinels that Intune sends for "nothing known"."""

    id: str
    userId: str = ""
    deviceName: str = ""
    managedDeviceOwnerType: str = "company"
    managementState: str = "managed"
    enrolledDateTime: str
    lastSyncDateTime: str
    operatingSystem: str = ""
    complianceState: str = "unknown"
    jailBroken: str = "Unknown"
    managementAgent: str = "mdm"
    osVersion: str = ""
    easActivated: bool = False
    easDeviceId: str = ""
    easActivationDateTime: str = NEVER
    azureADRegistered: bool | None = None
    deviceEnrollmentType: str = "unknown"
    enrollmentProfileName: str = ""
    activationLockBypassCode: str | None = None
    emailAddress: str = ""
    azureADDeviceId: str = ZERO_GUID
    deviceRegistrationState: str = "registered"
    deviceCategoryDisplayName: str = "Unknown"
    isSupervised: bool = False
    exchangeLastSuccessfulSyncDateTime: str = NEVER
    exchangeAccessState: str = "none"
    exchangeAccessStateReason: str = "none"
    remoteAssistanceSessionUrl: str | None = None
    remoteAssistanceSessionErrorDetails: str | None = None
    isEncrypted: bool = False
    userPrincipalName: str = ""
    model: str = ""
    manufacturer: str = ""
    imei: str = ""
    complianceGracePeriodExpirationDateTime: str = FOREVER
    serialNumber: str = ""
    phoneNumber: str = ""
    androidSecurityPatchLevel: str = ""
    userDisplayName: str = ""
    configurationManagerClientEnabledFeatures: None = None
    wiFiMacAddress: str | None = None
    deviceHealthAttestationState: None = None
    subscriberCarrier: str = ""
    meid: str = ""
    totalStorageSpaceInBytes: int = 0
    freeStorageSpaceInBytes: int = 0
    managedDeviceName: str = ""
    partnerReportedThreatState: str = "unknown"
    requireUserEnrollmentApproval: bool | None = None
    managementCertificateExpirationDate: str = NEVER
    iccid: str | None = None
    udid: str | None = None
    notes: str | None = None
    ethernetMacAddress: str | None = None
    physicalMemoryInBytes: int = 0
    deviceActionResults: tuple[str, ...] = ()


class User(Struct, frozen=True, kw_only=True, gc=False):
    """A `microsoft.graph.user`, as far as assets care about one."""

    id: str
    userPrincipalName: str
    displayName: str
    givenName: str
    surname: str
    accountEnabled: bool = True
    mail: str | None = None
    employeeId: str | None = None
    employeeType: str | None = None
    department: str | None = None
    officeLocation: str | None = None
    companyName: str | None = None
    jobTitle: str | None = None
    streetAddress: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    postalCode: str | None = None
    usageLocation: str | None = None
    preferredLanguage: str | None = None
    mobilePhone: str | None = None
    businessPhones: tuple[str, ...] = ()
    mailNickname: str | None = None
    otherMails: tuple[str, ...] = ()
    proxyAddresses: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    createdDateTime: str | None = None
    employeeHireDate: str | None = None
    onPremisesDistinguishedName: str | None = None
    onPremisesDomainName: str | None = None
    onPremisesSecurityIdentifier: str | None = None
    onPremisesImmutableId: str | None = None
    onPremisesSamAccountName: str | None = None
    onPremisesUserPrincipalName: str | None = None
    onPremisesSyncEnabled: bool | None = None
    userType: str = "Member"


USER_DEFAULTS: Final = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
"""What `/users` answers without `$select`; everything else is left out (learn: graph/api/user-list)."""

USER_UNSET: Final[dict[str, object]] = dict.fromkeys(
    (
        *("aboutMe", "ageGroup", "birthday", "consentProvidedForMinor", "creationType", "employeeHireDate"),
        *("employeeLeaveDateTime", "employeeOrgData", "externalUserState", "externalUserStateChangeDateTime"),
        *("faxNumber", "hireDate", "isManagementRestricted", "isResourceAccount", "lastPasswordChangeDateTime"),
        *("legalAgeGroupClassification", "mySite", "onPremisesDistinguishedName", "onPremisesDomainName"),
        *("onPremisesExtensionAttributes", "onPremisesLastSyncDateTime", "onPremisesSecurityIdentifier"),
        *("passwordPolicies", "preferredDataLocation", "preferredName", "securityIdentifier", "showInAddressList"),
        "signInSessionsValidFromDateTime",
    )
)
"""Further v1.0 user properties, which this tenant fills in for nobody."""


def stamp(moment: datetime) -> str:
    """Render a moment as Graph does: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"
