"""Files of reports, and the register made of them, wherever they lie: what is far away is fetched, and put back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trygghet.addresses import Address, fetch_file, place_of, private_folder, reach
from trygghet.sources import far_register, pieces
from trygghet.sources.ingest import Progress, Register
from trygghet.sources.ingest import ingest as make


def ingest(
    sources: Sequence[str],
    out: str,
    *,
    fields: Path | None = None,
    size: int = pieces.PIECE,
    progress: Progress = lambda _: None,
) -> tuple[Register, str]:
    """As `sources.ingest.ingest`, of paths and addresses; a register at an address is replaced as one, too.

    What lies at an address is fetched to a private folder of this computer first: there has to be room for it.

    Returns
    -------
    The register as it was made, and where it is as it may be shown.

    Raises
    ------
    InputError, FileExistsError : as there.
    AddressError : an address that is not taken or cannot be reached.
    """
    given, target = [place_of(source, writable=False) for source in sources], place_of(out)
    how = {"fields": fields, "size": size, "progress": progress}
    with private_folder() as work:
        if isinstance(target, Address):
            far_register.check_free(reach(target))
        files = [_here(place, work / str(number)) for number, place in enumerate(given)]
        if not isinstance(target, Address):
            return make(files, target, **how), str(target)  # type: ignore[arg-type]
        made = make(files, work / "register", **how)  # type: ignore[arg-type]
        far_register.store(made.folder, target)
    return made, target.shown


def _here(place: Address | Path, folder: Path) -> Path:
    """A file of this computer; one at an address is fetched to a folder, under its own name."""
    if isinstance(place, Path):
        return place
    folder.mkdir()
    fetch_file(place, folder / place.name)
    return folder / place.name
