"""Halo's own Intune connection as settings files (W10): pure, from what Halo answers to the text of each file.

What Halo says is taken over; what it does not say, or says in numbers whose meaning is not documented, gets the value
that changes least and a comment that says so.
"""

from reconciler.halo.adoption.files import adopted_files
from reconciler.halo.adoption.names import HaloNames

__all__ = ["HaloNames", "adopted_files"]
