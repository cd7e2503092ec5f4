"""Where the benchmark's settings are; imports nothing, since the process that measures has to stay small."""

from pathlib import Path
from typing import Final

ENVIRONMENTS: Final = Path(__file__).parent / "environments"
NAME: Final = "fleet"
