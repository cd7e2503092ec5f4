"""A Recording to and from one file."""

from reconciler.recordings.file import read_recording, write_recording

__all__ = ["read_recording", "write_recording"]
