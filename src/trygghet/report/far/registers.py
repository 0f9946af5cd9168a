"""What a workspace reads of registers at addresses, fetched into the workspace before a build: its kernels know no
passwords, and machines of a cluster need not reach the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trygghet.addresses import Address, place_of
from trygghet.errors import Fault, InputError
from trygghet.partitions import COPIES
from trygghet.workspace import FILE, INCIDENTS, SourceWave, Workspace

if TYPE_CHECKING:
    from trygghet.sources.far_register import FarRegister


def bring(ws: Workspace, opened: dict[str, FarRegister]) -> None:
    """Fetch the workspace's own municipality's parts, those that have changed since they were last fetched.

    A register that has none of the municipality leaves an empty copy, which the build tells of.

    Parameters
    ----------
    opened : registers that are known already, by address; those that are met are put there.

    Raises
    ------
    InputError : W35, another source than reported crime names an address.
    AddressError : a register cannot be read.
    """
    waves = [ws.delivered(name, year) for name, source in ws.settings.sources.items() for year in source.waves]
    named = [(wave, place_of(wave.wave.file)) for wave in waves]
    far = [(wave, address) for wave, address in named if isinstance(address, Address)]
    wrong = dict.fromkeys(wave.name for wave, _ in far if wave.source.kind != INCIDENTS)
    if wrong:
        raise InputError([Fault(FILE, 0, f"sources.{name}", "W35-ONLY-REGISTER") for name in wrong])
    code = None if ws.settings.kind == "country" else ws.settings.code
    until = {address.full: max(w.wave.end.year for w, a in far if a == address) for _, address in far}
    for wave, address in far:
        _bring(wave, address, code, until[address.full], opened)


def _bring(wave: SourceWave, address: Address, code: str | None, until: int, opened: dict[str, FarRegister]) -> None:
    from trygghet.sources.far_register import FarRegister  # as heavy as all sources, and most builds have no use for it

    private = wave.folder
    for name in COPIES:
        private = private / name
        private.mkdir(mode=0o700, exist_ok=True)
    if address.full not in opened:
        opened[address.full] = FarRegister.at(address)
    opened[address.full].bring(wave.path, code, until=until)
