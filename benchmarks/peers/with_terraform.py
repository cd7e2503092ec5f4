"""Terraform: a fleet as `terraform_data`, the resource that needs no provider, with a state that fits."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.peers.devices import devices, is_there

_PROVIDER = 'provider["terraform.io/builtin/terraform"]'


def write(folder: str, target: str, terraform: str, *, for_each: bool) -> None:
    """Write configuration and state: one block with `for_each`, or one for each device."""
    path = Path(target) / "main.tf.json"
    if is_there(path):
        return
    fleet = {f"d{number:07}": device for number, device in enumerate(devices(folder).values())}
    path.write_bytes(msgspec.json.encode(_one_block(fleet) if for_each else _blocks(fleet)))
    (path.parent / "terraform.tfstate").write_bytes(msgspec.json.encode(_state(fleet, for_each=for_each)))
    subprocess.run([terraform, f"-chdir={target}", "init", "-input=false"], check=True, capture_output=True)  # noqa: S603


def _one_block(fleet: dict[str, Any]) -> dict[str, Any]:
    block = {"for_each": "${local.fleet}", "input": "${each.value}"}
    return {"locals": {"fleet": fleet}, "resource": {"terraform_data": {"device": block}}}


def _blocks(fleet: dict[str, Any]) -> dict[str, Any]:
    return {"resource": {"terraform_data": {name: {"input": device} for name, device in fleet.items()}}}


def _state(fleet: dict[str, Any], *, for_each: bool) -> dict[str, Any]:
    instances = {name: _instance(name, device, for_each=for_each) for name, device in fleet.items()}
    resources = [_resource("device", list(instances.values()))] if for_each else None
    return {
        "version": 4,
        "terraform_version": "1.4.0",
        "serial": 1,
        "lineage": "00000000-0000-0000-0000-000000000001",
        "outputs": {},
        "resources": resources or [_resource(name, [one]) for name, one in instances.items()],
    }


def _resource(name: str, instances: list[Any]) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": name,
        "provider": _PROVIDER,
        "instances": instances,
    }


def _instance(name: str, device: dict[str, Any], *, for_each: bool) -> dict[str, Any]:
    types = {bool: "bool", int: "number", str: "string"}
    typed = {
        "value": device,
        "type": ["object", {key: types.get(type(each), "dynamic") for key, each in device.items()}],
    }
    attributes = {"id": device["id"], "input": typed, "output": typed, "triggers_replace": None}
    return {"schema_version": 0, "attributes": attributes, **({"index_key": name} if for_each else {})}
