"""Checks of `imports.yaml`: sites, matching fields, statuses and exclusions (S1, M2, D1, X1)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references import criteria
from reconciler.configuration.references.parts import Parts, said_twice, unknown_name, unmapped_field
from reconciler.settings.imports import ImportsFile, SiteAllocation


def broken(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield what is wrong with what a connection imports."""
    found = parts.of_connection(connection, "imports.yaml", ImportsFile)
    if found is None:
        return
    document, file = found
    catalogue = parts.catalogue()
    yield from unknown_name(
        document, ("defaultSite",), "site", file.default_site, catalogue.sites() if catalogue else None
    )
    if file.default_site is None and (file.create_assets or file.site_allocation is not SiteAllocation.KEEP):
        hint = "Only `createAssets: false` with `siteAllocation: keep` does without it."
        yield document.problem((), "`defaultSite` is missing", hint=hint, rule="S1")
    yield from _matching(parts, connection, document, file)
    for path, status in _statuses(file):
        yield from unknown_name(document, path, "status", status, catalogue.statuses if catalogue else None)
    if file.exclude is not None:
        yield from criteria.broken(parts, connection, document, ("exclude",), file.exclude)


def _matching(parts: Parts, connection: str, document: Document, file: ImportsFile) -> Iterator[SettingsProblem]:
    path: Path = ("assetMatchingField",)
    if isinstance(file.asset_matching_field, str):
        yield from unmapped_field(document, path, file.asset_matching_field, parts, connection)
        return
    if not file.asset_matching_field:
        yield document.problem(path, "no field is named", expected="at least one", rule="M2")
    named = [((*path, index), name) for index, name in enumerate(file.asset_matching_field)]
    yield from said_twice(document, named, "field", exactly=True)
    for place, name in named:
        yield from unmapped_field(document, place, name, parts, connection)


def _statuses(file: ImportsFile) -> list[tuple[Path, str | None]]:
    statuses = file.statuses
    named: list[tuple[Path, str | None]] = [
        (("statuses", "new"), statuses.new),
        (("statuses", "deletedInIntune"), statuses.deleted_in_intune),
        (("statuses", "recovered"), statuses.recovered),
    ]
    named += [(("statuses", "neverReplace", index), name) for index, name in enumerate(statuses.never_replace)]
    return [*named, (("inactive", "status"), file.inactive.status if file.inactive else None)]
