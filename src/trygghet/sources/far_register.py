"""A register of reports at an address: many runs read it while it is replaced, and none sees half of it.

The parts lie as ``municipality=1781/year=2016/part-<checksum>.parquet``, and ``_manifest.json``, which names those that
count, is written when all of them are there. What the former manifest named goes away after that.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from trygghet.addresses import Address, AddressError, Place, holding, reach
from trygghet.addresses.places import told
from trygghet.checksum import sha256
from trygghet.partitions import MUNICIPALITY, PART, YEAR, municipality_of, year_of
from trygghet.sources import register
from trygghet.sources.register import MANIFEST
from trygghet.sources.table import Table

_PART = re.compile(rf"^{MUNICIPALITY}=\d{{4}}/{YEAR}=\d{{1,4}}/part-[0-9a-f]{{64}}\.parquet$")


@dataclass(frozen=True)
class FarRegister:
    """A register at an address, as its manifest says it was when it was first asked for.

    Attributes
    ----------
    name : of it in messages: the last part of its address.
    """

    place: Place
    name: str

    @classmethod
    def at(cls, address: Address) -> FarRegister:
        """The register at an address.

        Raises
        ------
        AddressError : it cannot be reached.
        """
        return cls(reach(address), address.name)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the register holds.

        Raises
        ------
        AddressError : there is no register, or its manifest cannot be read.
        """
        try:
            content = json.loads(self.place.read(MANIFEST))
            whole = all(_PART.match(name) and len(about["sha256"]) == 64 for name, about in content["files"].items())
        except FileNotFoundError:
            raise AddressError.said("address.no_register", address=self.place.shown) from None
        except AddressError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError):
            whole = False
        if not whole:
            raise AddressError.said("address.bad_register", address=self.place.shown)
        return dict(content)

    def parts(self, code: str | None, *, until: int | None = None) -> dict[str, str]:
        """Name to checksum of the parts of a municipality (of all when None), up to and with a year."""
        return {
            name: about["sha256"]
            for name, about in self.manifest["files"].items()
            if code in (None, municipality_of(Path(name))) and (until is None or year_of(Path(name)) <= until)
        }

    def read(self, code: str | None, *, until: int | None = None) -> Table:
        """One municipality's reports, as `register.read`: other municipalities' parts and later years are not fetched.

        Raises
        ------
        InputError : S19, the register holds no report of the municipality.
        AddressError : it cannot be read, or was replaced while it was.
        """
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        places = [self.place.path(name) for name in sorted(self.parts(code))]
        system = PyFileSystem(FSSpecHandler(self.place.driver))
        with told(self.place.shown):
            try:
                return register.stored(self.name, places, self.place.root, code, until=until, filesystem=system)
            except FileNotFoundError:
                raise AddressError.said("address.replaced", address=self.place.shown) from None

    def bring(self, target: Path, code: str | None, *, until: int | None = None) -> None:
        """Make a folder hold a municipality's parts as a register of its own; what it holds already stays.

        Raises
        ------
        AddressError : they cannot be read, were replaced meanwhile, or are not what the manifest says.
        """
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        wanted = {f"{os.path.dirname(name)}/{PART}": name for name in self.parts(code, until=until)}
        for path in target.glob(f"*/*/{PART}"):
            if path.relative_to(target).as_posix() not in wanted:
                path.unlink()
        checksums = {target / here: (name, self.manifest["files"][name]["sha256"]) for here, name in wanted.items()}
        lacking = {path: name for path, (name, digest) in checksums.items() if _digest(path) != digest}
        try:
            self.place.get({name: path for path, name in lacking.items()})
        except FileNotFoundError:
            raise AddressError.said("address.replaced", address=self.place.shown) from None
        if any(_digest(path) != checksums[path][1] for path in lacking):
            raise AddressError.said("address.bad_register", address=self.place.shown)


def store(made: Path, address: Address) -> None:
    """Put a register that was made on this computer at an address; one that is there is replaced as one.

    Raises
    ------
    FileExistsError : something that is not a register lies there.
    HeldError : another run writes there.
    AddressError : it cannot be written; the former register stands.
    """
    place = reach(address)
    check_free(place)
    manifest = json.loads((made / MANIFEST).read_bytes())
    files = {_named(name, about): about for name, about in manifest["files"].items()}
    with holding(place):
        there = {name for name in place.names() if _PART.match(name)}
        place.put({name: made / _local(name) for name in sorted(files) if name not in there})
        place.write(MANIFEST, _as_json({**manifest, "files": files}))
        place.remove(sorted(there - set(files)))


def check_free(place: Place) -> None:
    """Refuse a place that holds something else than a register.

    Raises
    ------
    FileExistsError : it does.
    """
    names = [name for name in place.names() if not _PART.match(name) and not name.startswith(".")]
    if names and MANIFEST not in names:
        raise FileExistsError(place.shown)


def _named(name: str, about: Mapping[str, Any]) -> str:
    return f"{name.rpartition('/')[0]}/part-{about['sha256']}.parquet"


def _local(name: str) -> str:
    return f"{name.rpartition('/')[0]}/{PART}"


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _digest(path: Path) -> str:
    return sha256(path) if path.is_file() else ""
