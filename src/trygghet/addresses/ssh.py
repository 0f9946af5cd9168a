"""Over SSH only a machine that is known is spoken to: fsspec by itself takes whatever answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trygghet.addresses.named import AddressError

KNOWN = ("~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts")


def known_machines() -> Any:
    """A policy for paramiko that takes the machines in ``known_hosts``, and no other.

    Raises
    ------
    ImportError : paramiko is not installed.
    """
    import paramiko

    class KnownMachines(paramiko.MissingHostKeyPolicy):  # type: ignore[misc,name-defined,unused-ignore]
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            for place in KNOWN:
                path = Path(place).expanduser()
                if path.is_file() and paramiko.HostKeys(str(path)).check(hostname, key):
                    return
            raise AddressError.said("address.unknown_machine", machine=hostname)

    return KnownMachines()
