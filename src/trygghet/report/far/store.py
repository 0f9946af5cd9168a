"""Publishing at an address as on a disk (`report.store`): everything written beside its place, committed by one file,
then put in place.

No store can replace many files as one. What is cut off before the journal is there has changed nothing that is read;
after it, the publication is finished by the next run or by `finish`, and `report.store.finish` of a fetched copy does
the same, since the files lie as on a disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from trygghet.addresses import AddressError, Place, private_folder
from trygghet.addresses.places import UNFINISHED
from trygghet.report.store import COMMITTED, JOURNAL, as_json

_JOURNAL = f"{COMMITTED}/{JOURNAL}"


def publish(place: Place, files: Mapping[str, Path], *, gone: Sequence[str] = ()) -> None:
    """Put files in place as one; whoever holds the address may call it.

    Parameters
    ----------
    files : name to a file of this computer, put in place in this order.
    gone : names to take away, once the files are in place.

    Raises
    ------
    AddressError : something could not be written; what was published stands, or is finished by the next run.
    """
    finish(place)
    staged = {f"{COMMITTED}/{number}": path for number, path in enumerate(files.values())}
    place.put(staged)
    place.write(_JOURNAL, as_json({"files": list(files), "gone": list(gone)}))
    _settle(place, files, gone)


def pending(place: Place) -> bool:
    """Whether a committed publication waits to be put in place."""
    return _journal(place) is not None


def finish(place: Place) -> bool:
    """Put in place what was committed and cut off, and take away what was only staged; True when there was something
    committed. Twice is the same as once; only for whoever holds the address.

    Raises
    ------
    AddressError : it cannot be.
    """
    journal = _journal(place)
    if journal is None:
        _clear(place)
        return False
    staged = set(place.below(COMMITTED).names())
    numbered = {number: name for number, name in enumerate(journal["files"]) if str(number) in staged}
    with private_folder() as work:
        files = {name: work / str(number) / Path(name).name for number, name in numbered.items()}
        place.get({f"{COMMITTED}/{number}": files[name] for number, name in numbered.items()})
        _settle(place, files, journal["gone"])
    return True


def _settle(place: Place, files: Mapping[str, Path], gone: Iterable[str]) -> None:
    """The files again, to where they are read: from here, so that a store sees by their names what they are."""
    place.put(files)
    place.remove(gone)
    place.remove([_JOURNAL])
    _clear(place)


def _clear(place: Place) -> None:
    place.remove([UNFINISHED, *(f"{COMMITTED}/{name}" for name in place.below(COMMITTED).names())])


def _journal(place: Place) -> dict[str, Any] | None:
    """What was committed; a journal half written commits nothing, and nothing was moved before it was whole."""
    try:
        found = json.loads(place.read(_JOURNAL))
        return {"files": [*found["files"]], "gone": [*found["gone"]]}
    except AddressError:  # what cannot be read may well be a journal
        raise
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
