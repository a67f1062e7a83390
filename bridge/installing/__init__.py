"""Installing what runs inside other programs: found, put in place, looked at, and taken out again.

A host is a module with the four functions of `host.Host`; `HOSTS` names those there are.
"""

from bridge.installing import reaper, resolve
from bridge.installing.host import Host, Place, Standing, Wish

HOSTS: dict[str, Host] = {"reaper": reaper.REAPER, "resolve": resolve.RESOLVE}

__all__ = ["HOSTS", "Host", "Place", "Standing", "Wish"]
