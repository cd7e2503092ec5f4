"""The settings files of an environment, each from what a Halo says of its own Intune connection."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.halo.adoption.mappings import Mappings, read_mappings
from reconciler.halo.adoption.names import HaloNames
from reconciler.halo.adoption.yaml_text import Plain, comment, document, flow, setting

_INSTANCE_DEPTH: Final = 2
_CONNECTION_DEPTH: Final = 4
_ZERO: Final = "00000000-0000-0000-0000-000000000000"
_NOT_SAID: Final = "Could not be read: Halo does not say it."


def adopted_files(
    connection: Mapping[str, Any], names: HaloNames, *, instance: str, url: str, client_id: str
) -> dict[str, str]:
    """Return the text of each file by its path below the environment's folder.

    `connection` is Halo's answer to `/azureadconnection/{id}?includedetails=true`, `url` and `client_id` are Halo's
    address and the application that asked it. No secret is in what Halo answers, and none is written.
    """
    mappings = read_mappings(connection.get("mappings_device") or ())
    folder = "connections/intune"
    return {
        "instance.yaml": _instance(mappings, instance, url, client_id),
        "catalogue.yaml": _catalogue(connection, names, mappings),
        f"{folder}/connection.yaml": _connection(connection),
        f"{folder}/asset-types.yaml": _asset_types(connection, names, mappings),
        f"{folder}/field-mappings.yaml": _file(
            "field-mappings", "Which asset field is filled with what.", mappings.lines()
        ),
        f"{folder}/users.yaml": _users(connection),
        f"{folder}/imports.yaml": _imports(connection, names, mappings),
    }


def _file(schema: str, opening: str, lines: Sequence[str]) -> str:
    return document(schema, _CONNECTION_DEPTH, opening, lines)


def _instance(mappings: Mappings, instance: str, url: str, client_id: str) -> str:
    """Return instance.yaml for a Halo, with the fields that its own connection mapped."""
    lines = [
        *setting("name", instance),
        *setting("kind", "production"),
        "store:",
        "  # The journal, bindings and limits' counts; a team's is a PostgreSQL: url: {env: RECONCILER_LEDGER_URL}",
        f"  ledger: {{url: sqlite:///var/{instance}-ledger.db}}",
        "  halo:",
        *setting(
            "url", url, "A literal needs RECONCILER_ALLOW_HOST=HOST in the environment; {env: HALO_URL} does not.", 4
        ),
        *setting("clientId", client_id, indent=4),
        *setting("secret", {"env": "HALO_SECRET"}, indent=4),
        "  # Our field -> Halo's, by the name that people see there.",
        "  fields:" if mappings.adopted else "  fields: {}",
        *(f"    {each.target}: {flow(each.halo_field)}" for each in mappings.adopted),
    ]
    return document("instance", _INSTANCE_DEPTH, "Who this instance is and where its assets live.", lines)


def _groups(connection: Mapping[str, Any], names: HaloNames) -> dict[str, list[Plain]]:
    """Return the types that the connection uses, by the group that has each; the default group is there in any case."""
    used = {names.type(connection.get("default_assettype")), *(_type(each, names) for each in _rules(connection))}
    groups: dict[str, list[Plain]] = {}
    for name in sorted(each for each in used if each):
        groups.setdefault(names.group_of(name) or "Assets", []).append(name)
    group = names.groups.get(connection.get("default_assetgroup") or 0)
    if group or not groups:
        groups.setdefault(group or "Assets", [])
    return groups


def _catalogue(connection: Mapping[str, Any], names: HaloNames, mappings: Mappings) -> str:
    """Return catalogue.yaml with the names that the connection uses."""
    site = names.sites.get(connection.get("defaultsite") or 0)
    client = site[0] if site else "Could not be read"
    groups = _groups(connection, names)
    statuses: list[Plain] = [*sorted(set(names.statuses.values()))]
    fields = [(each.custom, each) for each in mappings.adopted if each.custom]
    lines = [
        *comment("The client of the default site. Add the others whose sites users are at."),
        "organisations:",
        f"  - {flow({'name': client, 'sites': list(names.sites_of(client))})}",
        *setting("statuses", statuses),
        "assetGroups:",
        *(f"  - {flow({'name': name, 'types': types})}" for name, types in sorted(groups.items())),
        "customFields:" if fields else "customFields: []",
        *(f"  - {flow({'name': name, 'label': each.halo_field, 'type': each.type})}" for name, each in fields),
        *setting("assetTags", {"prefix": "AST-", "digits": 6}, f"{_NOT_SAID} A prefix that Halo itself does not give."),
    ]
    return document("catalogue", _INSTANCE_DEPTH, "The names that assets refer to; Halo has them.", lines)


def _connection(connection: Mapping[str, Any]) -> str:
    """Return connection.yaml: tenant and application from Halo, with a comment at what it does not say."""
    tenant, client = connection.get("directoryid"), connection.get("applicationid")
    lines = [
        *setting("source", "intune"),
        *setting("tenantId", str(tenant or _ZERO), "" if tenant else _NOT_SAID),
        *setting("clientId", str(client or _ZERO), "" if client else _NOT_SAID),
        "authentication:",
        *setting("method", "client-credentials", _number(connection, "authentication_type"), 2),
        *comment(f"{_NOT_SAID} A secret is never given away; make one in the app registration.", 2),
        f"  credential: {flow({'type': 'client-secret', 'secret': {'env': 'INTUNE_CLIENT_SECRET'}})}",
        *setting("enabledForInstances", "production-only", f"{_NOT_SAID} This is the guide's default."),
        "integrator:",
        *setting("enabled", bool(connection.get("halointegratorenabled")), indent=2),
        *setting("every", "1d", "Halo's own integrator runs daily.", 2),
    ]
    return _file("connection", f"Adopted from Halo's connection {connection.get('name') or 'without a name'}.", lines)


def _asset_types(connection: Mapping[str, Any], names: HaloNames, mappings: Mappings) -> str:
    """Return asset-types.yaml; the way is inferred from what is set, since Halo says it in an undocumented number."""
    rules, field = _rules(connection), str(connection.get("assettype_fieldname") or "")
    target = mappings.target_of(field)
    inferred = f"Inferred from what is set there: {_number(connection, 'assettype_choice')}"
    if rules:
        inferred += " Halo has rules, which are below: until they are written here no type is changed."
    default = names.type(connection.get("default_assettype")) or connection.get("default_assettype_name")
    group = names.groups.get(connection.get("default_assetgroup") or 0)
    by_field, keeps = bool(target and not rules), connection.get("intune_dont_update_type")
    lines = [
        *setting("determine", "field" if by_field else "same", inferred),
        *(setting("field", {"field": target}) if by_field else []),
        *setting("default", default, "" if default else _NOT_SAID),
        *(setting("newTypesGroup", group) if group and by_field else []),
        *setting("updateTypes", not keeps and not rules, "" if keeps is not None or rules else _NOT_SAID),
        *(line for rule in rules for line in _rule(rule, names, mappings)),
    ]
    return _file("asset-types", "How an asset's type is decided.", lines)


def _rule(rule: Mapping[str, Any], names: HaloNames, mappings: Mappings) -> list[str]:
    """Return a rule as a comment: how it compares is a number there whose meaning is not documented."""
    criteria = [
        f"{mappings.target_of(str(each.get('fieldname'))) or each.get('fieldname')} (comparison {each.get('type')}) "
        f"{each.get('value_string') or each.get('value_int') or ''}"
        for each in rule.get("criteria") or ()
    ]
    name = _type(rule, names) or "an unknown type"
    return comment(
        f"Could not be read: the rule for {name}, {' and '.join(criteria) or 'without criteria'}. Write it below "
        f"`rules:` as {{name: …, when: {{field: …, contains: …}}, type: {name}}}."
    )


def _users(connection: Mapping[str, Any]) -> str:
    number = _number(connection, "intuneusermatchingfield")
    lines = [
        *setting("assignFrom", "intune", f"{_NOT_SAID} This is what the guide recommends."),
        *setting("userIdentifier", {"source": "userPrincipalName", "store": "upn"}, number),
        *setting("unlinkWhenNoMatch", False, f"{_NOT_SAID} Nobody is unlinked until you say so."),
    ]
    return _file("users", "Who an asset belongs to.", lines)


def _imports(connection: Mapping[str, Any], names: HaloNames, mappings: Mappings) -> str:
    """Return imports.yaml, careful where Halo does not say: nothing is created or moved."""
    key, site = (
        mappings.target_of(connection.get("import_identifier_fieldname")),
        names.site(connection.get("defaultsite")),
    )
    deleted = names.statuses.get(connection.get("intune_delete_status") or 0)
    lines = [
        *setting("siteAllocation", "keep", f"{_NOT_SAID} With `keep` no asset is moved; or user-site, default-site."),
        *setting("defaultSite", site or "Could not be read/Could not be read", "" if site else _NOT_SAID),
        *setting("assetMatchingField", key or "serialNumber", "" if key else _number(connection, "import_identifier")),
        *setting("onFirstMatch", "bind-only", "Ours, not Halo's: the first run binds and changes nothing."),
        *setting("createAssets", False, f"{_NOT_SAID} With false, devices that match no asset are listed only."),
        *setting("excludeDefenderManaged", bool(connection.get("exclude_mssense_devices"))),
        "statuses:",
        *setting("new", names.statuses.get(connection.get("default_intune_status") or 0), indent=2),
        *setting("deletedInIntune", deleted, indent=2),
        *setting("recovered", None, _NOT_SAID, 2),
        *comment(f"inactive: {{afterDays: 60, status: …}}  {_NOT_SAID} Without it no asset is made inactive."),
        *comment(_software(connection)),
    ]
    return _file("imports", "Which devices become assets, and what happens in their life.", lines)


def _software(connection: Mapping[str, Any]) -> str:
    """Return what becomes of what Halo sets about software."""
    matched = "matches" if connection.get("software_import_licence_matching") else "does not match"
    return f"software.import stays false: no software is written to Halo. Halo's own import {matched} licences by name."


def _rules(connection: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(connection.get("mappings_xtype") or (), key=lambda each: int(each.get("seq") or 0))


def _type(rule: Mapping[str, Any], names: HaloNames) -> str | None:
    return names.type(rule.get("typeid")) or rule.get("type_name")


def _number(connection: Mapping[str, Any], member: str) -> str:
    return f"Could not be read: Halo's {member} is {connection.get(member)}, and what that means is not documented."
