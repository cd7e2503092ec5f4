"""Reading the detected software, a part of its own: when it fails, the rest goes on (G4, G8)."""

from tempfile import TemporaryFile
from typing import Literal

from reconciler.errors import GraphError, SignInError
from reconciler.intune.http.graph import Graph
from reconciler.intune.parts.detections import SoftwareRead
from reconciler.intune.parts.devices import Progress
from reconciler.intune.parts.software_apps import read_detected_apps
from reconciler.intune.parts.software_csv import read_export
from reconciler.intune.parts.software_export import fetch_report

Via = Literal["export", "detected-apps"]

NOT_READ = SoftwareRead(unknown="not read")


def read_software(graph: Graph, via: Via | None, progress: Progress) -> SoftwareRead:
    """Return what is detected on every device, or why that is not known; None reads nothing."""
    if via is None:
        return NOT_READ
    try:
        if via == "export":
            with TemporaryFile() as file:
                fetch_report(graph, file)
                return read_export(file, progress, graph.bounds)
        return read_detected_apps(graph, progress)
    except (GraphError, SignInError) as error:
        return SoftwareRead(unknown=str(error))
