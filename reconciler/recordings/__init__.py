"""A Recording to and from one file, and with pseudonyms for people's names."""

from reconciler.recordings.file import read_recording, write_recording
from reconciler.recordings.pseudonymising import pseudonymise

__all__ = ["pseudonymise", "read_recording", "write_recording"]
