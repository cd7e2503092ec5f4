"""The options before a command, as every command is given them."""

from dataclasses import dataclass
from pathlib import Path

from reconciler.cli.terminal.progress import LogFormat


@dataclass(frozen=True, slots=True)
class Global:
    """The options before the command."""

    environments: Path
    overlay: Path | None
    log_format: LogFormat
    debug: bool
