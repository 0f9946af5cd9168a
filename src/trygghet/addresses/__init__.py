"""Folders and files at an address (``s3://``, ``abfs://``, ``sftp://`` …), reached through fsspec, an optional package.

An address names data and nothing else: chains of file systems and protocols that are not listed are refused, names
found at an address never lead out of the folder they are fetched to, and no password or token of an address is shown.
"""

from __future__ import annotations

from trygghet.addresses.locks import HeldError, holding
from trygghet.addresses.named import Address, AddressError, is_address, place_of
from trygghet.addresses.places import Place, fetch_file, reach
from trygghet.addresses.private import private_folder

__all__ = [
    "Address",
    "AddressError",
    "HeldError",
    "Place",
    "fetch_file",
    "holding",
    "is_address",
    "place_of",
    "private_folder",
    "reach",
]
