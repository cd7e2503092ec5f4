"""Rules about which asset a device is (M), and how its link lives (D and the rows of presence)."""

from typing import Final

from reconciler.explain.rules.rule import Rule

MATCHING: Final = (
    Rule(
        "M1",
        "A link decides first",
        "A device that is linked to an asset is that asset, whatever its fields say now.",
    ),
    Rule(
        "M2",
        "The matching field",
        (
            "A device without a link is the asset whose `assetMatchingField` has the same value, compared without "
            "case and spaces. Later fields are tried only when the earlier ones found nothing."
        ),
    ),
    Rule(
        "M3",
        "Worthless values",
        (
            "Empty values, placeholder serial numbers, random addresses and `ignoredValues` never match anything, "
            "and never replace a good value in a matching field."
        ),
    ),
    Rule(
        "M4",
        "Ambiguous",
        (
            "Several assets have the value, or the asset is linked to a device of another tenant. Nothing is "
            "changed and nothing created; a person decides."
        ),
    ),
    Rule(
        "M5",
        "Several devices with one value",
        (
            "Of devices that share a matching value, different machines are a problem; otherwise the one that was "
            "enrolled last has the asset, and the others are superseded."
        ),
    ),
    Rule("M5a", "Excluded rivals", "An excluded device does not compete for an asset."),
    Rule(
        "M6",
        "Re-enrolled",
        (
            "The asset's old device is proven gone, and another listed device has its matching value: the machine "
            "was enrolled again, and the asset is now that device. Nothing is deleted or created."
        ),
    ),
    Rule(
        "M7",
        "No asset",
        ("A device without an asset gets one when `createAssets` is on, and is listed as not created otherwise."),
    ),
    Rule("M8", "Problems side by side", "One problem never stops the others; all are reported together."),
    Rule(
        "M9",
        "People's own assets",
        (
            "An asset that no device ever matched is never touched. Linking one sets no status and runs no "
            "`on-create` mapping."
        ),
    ),
    Rule(
        "D1",
        "Statuses on events",
        "A status is set when something happens, never over and over. An empty status changes none.",
    ),
    Rule(
        "D2",
        "Inactive",
        (
            "`inactive.measuredBy` counts days with a whole import in which the device was missing, or days since "
            "the device checked in. A stopped schedule makes nothing inactive."
        ),
    ),
    Rule(
        "D3",
        "A read counts once",
        "Each read moves counters once, and only when it is newer than the last one applied.",
    ),
    Rule(
        "row 1",
        "Seen",
        (
            "The device is listed and in scope: it is present. A new asset gets `statuses.new`; one that was "
            "deleted or inactive gets `recovered` or its earlier status back, unless a person changed it since."
        ),
    ),
    Rule(
        "row 2",
        "Listed, and not checked in",
        (
            "The device is listed, and has not checked in for more than `inactive.afterDays`: its asset gets "
            "`inactive.status`."
        ),
    ),
    Rule(
        "row 3",
        "Excluded",
        "The device is listed, and the settings exclude it: its asset is left exactly as it is.",
    ),
    Rule(
        "row 4",
        "Missing, once",
        (
            "The device is proven gone, in fewer reads than `missingReads` asks for: it is missing, and nothing "
            "else changes."
        ),
    ),
    Rule(
        "row 5",
        "Deleted in Intune",
        (
            "The device is proven gone in as many reads as `missingReads` asks for: its asset gets "
            "`statuses.deletedInIntune`."
        ),
    ),
    Rule(
        "row 5b",
        "Gone, and no status for it",
        (
            "The device is proven gone, and `statuses.deletedInIntune` is empty: it stays missing, and its asset "
            "keeps its status."
        ),
    ),
    Rule(
        "row 6",
        "Perhaps gone",
        "The device is not listed, and Graph could not be asked about it: nothing changes.",
    ),
    Rule(
        "row 7",
        "Gone, and enrolled again",
        (
            "The device is proven gone, and another listed device has the asset's value: the asset is now that "
            "device (M6)."
        ),
    ),
    Rule(
        "row 7b",
        "Perhaps enrolled again",
        (
            "Another listed device has the asset's value, and whether the old one is gone is unknown: neither is "
            "the asset re-enrolled nor a new one created until it is known."
        ),
    ),
    Rule(
        "row 8",
        "Superseded",
        ("The device is listed, and another one with its value was enrolled later: the asset is the later one's."),
    ),
    Rule(
        "row 9",
        "Inactive by imports",
        (
            "With `measuredBy: last-import`, the device was missing on more days with a whole read than "
            "`afterDays`: its asset gets `inactive.status`."
        ),
    ),
    Rule(
        "row 10",
        "Gone, and its successor is excluded",
        "The device is gone, and the device with the same value is excluded: its asset is left as it is.",
    ),
    Rule("row 11", "An old read", "The read is not newer than the last one applied: nothing is counted."),
    Rule("row 12", "Connection off", "The connection is off or gone from the settings: nothing changes."),
    Rule(
        "row 13",
        "Removed by a person",
        "A person removed the asset: its link goes with it, and the device counts as one without a link.",
    ),
)
