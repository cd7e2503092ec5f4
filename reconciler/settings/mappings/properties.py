"""The v1.0 properties of Graph's `managedDevice` and `user` that settings may name (K6).

Names, types and descriptions are those of Microsoft's v1.0 metadata (msgraph-metadata, `v1.0-Prod.csdl`).
"""

from dataclasses import dataclass
from enum import StrEnum


class PropertyType(StrEnum):
    """What a property holds; enums are text, since Graph may add members."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DATETIME = "datetime"
    COMPLEX = "complex"


TEXT, BOOLEAN, INTEGER = PropertyType.TEXT, PropertyType.BOOLEAN, PropertyType.INTEGER
DATETIME, COMPLEX = PropertyType.DATETIME, PropertyType.COMPLEX


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a device or user.

    `in_list` is False where a list reply leaves it empty, so that each device has to be asked: its description in the
    metadata says so, or people report it (microsoft-graph-docs#19907, powershell-intune-samples#242). `secret` ones
    cannot be mapped. `placeholder` is the text that Graph sends for "no value".
    """

    name: str
    type: PropertyType
    in_list: bool = True
    secret: bool = False
    placeholder: str | None = None


DEVICE_PROPERTIES: dict[str, Property] = {
    property_.name: property_
    for property_ in (
        Property("id", TEXT),
        Property("activationLockBypassCode", TEXT, secret=True, in_list=False),
        Property("androidSecurityPatchLevel", TEXT),
        Property("azureADDeviceId", TEXT),
        Property("azureADRegistered", BOOLEAN),
        Property("complianceGracePeriodExpirationDateTime", DATETIME),
        Property("complianceState", TEXT),
        Property("configurationManagerClientEnabledFeatures", COMPLEX, in_list=False),
        Property("deviceActionResults", COMPLEX),
        Property("deviceCategoryDisplayName", TEXT, placeholder="Unknown"),
        Property("deviceEnrollmentType", TEXT),
        Property("deviceHealthAttestationState", COMPLEX, in_list=False),
        Property("deviceName", TEXT),
        Property("deviceRegistrationState", TEXT),
        Property("easActivated", BOOLEAN),
        Property("easActivationDateTime", DATETIME),
        Property("easDeviceId", TEXT),
        Property("emailAddress", TEXT),
        Property("enrolledDateTime", DATETIME),
        Property("enrollmentProfileName", TEXT, in_list=False),
        Property("ethernetMacAddress", TEXT, in_list=False),
        Property("exchangeAccessState", TEXT, in_list=False),
        Property("exchangeAccessStateReason", TEXT, in_list=False),
        Property("exchangeLastSuccessfulSyncDateTime", DATETIME),
        Property("freeStorageSpaceInBytes", INTEGER),
        Property("iccid", TEXT, in_list=False),
        Property("imei", TEXT),
        Property("isEncrypted", BOOLEAN),
        Property("isSupervised", BOOLEAN),
        Property("jailBroken", TEXT, placeholder="Unknown"),
        Property("lastSyncDateTime", DATETIME),
        Property("managedDeviceName", TEXT),
        Property("managedDeviceOwnerType", TEXT),
        Property("managementAgent", TEXT),
        Property("managementCertificateExpirationDate", DATETIME),
        Property("managementState", TEXT),
        Property("manufacturer", TEXT),
        Property("meid", TEXT, in_list=False),
        Property("model", TEXT),
        Property("notes", TEXT, in_list=False),
        Property("operatingSystem", TEXT),
        Property("osVersion", TEXT),
        Property("partnerReportedThreatState", TEXT),
        Property("phoneNumber", TEXT),
        Property("physicalMemoryInBytes", INTEGER, in_list=False),
        Property("remoteAssistanceSessionErrorDetails", TEXT, in_list=False),
        Property("remoteAssistanceSessionUrl", TEXT, secret=True, in_list=False),
        Property("requireUserEnrollmentApproval", BOOLEAN),
        Property("serialNumber", TEXT),
        Property("subscriberCarrier", TEXT),
        Property("totalStorageSpaceInBytes", INTEGER),
        Property("udid", TEXT, in_list=False),
        Property("userDisplayName", TEXT),
        Property("userId", TEXT),
        Property("userPrincipalName", TEXT),
        Property("wiFiMacAddress", TEXT),
    )
}


def is_detail(name: str) -> bool:
    """Return whether lists leave a property of devices empty (G5)."""
    return name in DEVICE_PROPERTIES and not DEVICE_PROPERTIES[name].in_list


USER_PROPERTIES: dict[str, Property] = {
    property_.name: property_
    for property_ in (
        Property("id", TEXT),
        Property("userPrincipalName", TEXT),
        Property("mail", TEXT),
        Property("displayName", TEXT),
        Property("givenName", TEXT),
        Property("surname", TEXT),
        Property("jobTitle", TEXT),
        Property("employeeId", TEXT),
        Property("employeeType", TEXT),
        Property("companyName", TEXT),
        Property("department", TEXT),
        Property("officeLocation", TEXT),
        Property("streetAddress", TEXT),
        Property("city", TEXT),
        Property("state", TEXT),
        Property("postalCode", TEXT),
        Property("country", TEXT),
        Property("usageLocation", TEXT),
        Property("mobilePhone", TEXT),
        Property("preferredLanguage", TEXT),
        Property("userType", TEXT),
        Property("accountEnabled", BOOLEAN),
        Property("createdDateTime", DATETIME),
        Property("employeeHireDate", DATETIME),
        Property("onPremisesImmutableId", TEXT),
        Property("onPremisesSamAccountName", TEXT),
        Property("onPremisesUserPrincipalName", TEXT),
        Property("onPremisesDomainName", TEXT),
        Property("onPremisesDistinguishedName", TEXT),
        Property("onPremisesSecurityIdentifier", TEXT),
        Property("onPremisesSyncEnabled", BOOLEAN),
        Property("mailNickname", TEXT),
    )
}

DEVICE_USER_PROPERTIES = ("userPrincipalName", "emailAddress", "userId", "userDisplayName")
"""The properties of a device that say whose it is; a single GET may answer with a stale user, a list does not
(msgraph-beta-sdk-dotnet#871)."""
