"""Halo's own Intune connection, as `/azureadconnection/{id}?includedetails=true` answers it."""

from typing import Any

from reconciler.simulator.halo.data import Halo


def add_intune_connection(data: Halo, **members: Any) -> int:
    """Add a connection as an administrator set it up by the guide; return its id.

    What the numbers mean is not documented; the names beside them are what Halo's pages show.
    """
    laptop, phone = data.named("types", "Laptop"), data.named("types", "Phone")
    base = {
        "name": "Intune",
        "isintune": True,
        "intune_enabled": True,
        "directoryid": "7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11",
        "applicationid": "0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa",
        "authentication_type": 0,
        "authorized": True,
        "redirect_uri": "https://halo.example/authcallback",
        "assettype_choice": 2,
        "default_assettype": laptop,
        "default_assettype_name": "Laptop",
        "assettype_field": "",
        "default_assetgroup": data.named("groups", "Computers"),
        "mappings_xtype": [
            {
                "typeid": phone,
                "type_name": "Phone",
                "seq": 10,
                "criteria": [{"fieldname": "Model", "tablename": "device", "type": 0, "value_string": "iPhone"}],
            }
        ],
        "intune_dont_update_type": False,
        "intuneusermatchingfield": 0,
        "mappings_device": [
            {"third_party_field": "deviceName", "halo_field_name": "Device name"},
            {"third_party_field": "serialNumber", "halo_field_name": "Serial number"},
            {"third_party_field": "model", "halo_field_name": "Model", "newrecords": True},
            {"third_party_field": "noSuchProperty", "halo_field_name": "Department"},
        ],
        "defaultsite": data.named("sites", "Head Office"),
        "import_identifier": data.named("fields", "Serial number"),
        "import_identifier_fieldname": "Serial number",
        "software_import_licence_matching": True,
        "exclude_mssense_devices": True,
        "default_intune_status": data.named("statuses", "In Use"),
        "intune_delete_status": data.named("statuses", "Retired"),
        "halointegratorenabled": True,
        "halo_integrator_import_list": "[]",
    }
    return data.add("connections", **{**base, **members})
