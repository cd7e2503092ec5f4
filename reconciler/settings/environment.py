"""An environment: every settings file of one instance, and where they came from."""

from dataclasses import dataclass

from reconciler.settings.cases import TestsFile
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.connection import ConnectionFile
from reconciler.settings.imports import ImportsFile
from reconciler.settings.instance import InstanceFile
from reconciler.settings.mappings.asset_types import AssetTypesFile
from reconciler.settings.mappings.field_mappings import FieldMappingsFile
from reconciler.settings.users import UsersFile


@dataclass(frozen=True, slots=True)
class Connection:
    """The files of one folder below `connections/`; its name is the folder's."""

    name: str
    connection: ConnectionFile
    asset_types: AssetTypesFile
    field_mappings: FieldMappingsFile
    users: UsersFile
    imports: ImportsFile
    tests: TestsFile | None = None
    plans_assets: bool = True
    """False in a scheduled run whose entities leave assets out (A5)."""
    cloud_from_overlay: bool = False
    """Whether every address of `cloud` comes from an overlay, none from a committed file (K8)."""

    @property
    def tenant_id(self) -> str:
        """The tenant, in lower case: what bindings hang on (K7)."""
        return self.connection.tenant_id.lower()


@dataclass(frozen=True, slots=True)
class Environment:
    """What people declared for one instance.

    `digest` is a SHA-256 (hex) over the settings' meaning, not over their layout; `commit` is the Git commit they
    were read at, None outside a repository, and `clean` says whether the files are as committed there (E5). `overlay`
    says that a folder of other settings was laid over the files; then they are never clean.
    """

    instance: InstanceFile
    catalogue: CatalogueFile
    connections: dict[str, Connection]
    digest: str
    commit: str | None = None
    clean: bool = False
    overlay: bool = False
    uncommitted: str = ""
    """Why the files are no commit's: `are in no Git repository`; empty when they are."""

    @property
    def described_commit(self) -> str | None:
        """The commit as Git describes it: followed by `-dirty` where the settings are not the ones committed there."""
        return f"{self.commit}-dirty" if self.commit and not self.clean else self.commit

    def enabled(self, connection: Connection) -> bool:
        """Return whether the connection runs in this instance (E1)."""
        return connection.connection.enabled_for(self.instance.name, self.instance.kind)
