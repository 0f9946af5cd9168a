"""A folder at an address: its names, and the bytes of its files, by fsspec."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from trygghet.addresses.named import DRIVERS, Address, AddressError
from trygghet.errors import TrygghetError

AT_ONCE = 64
"""How many files are asked for in one go, of a store that can."""
UNFINISHED = ".trygghet-new"
"""A file while it is written, where it would be seen half written under its own name; hidden, in the folder itself."""
_SSH = ("sftp", "ssh")


@dataclass(frozen=True)
class Place:
    """A folder somewhere, and the files below it by names with forward slashes.

    Every failure but a file that is or is not there is an `AddressError`, which names the place and the kind of the
    failure: what a driver says may hold more than should be shown.

    Attributes
    ----------
    driver : an fsspec file system.
    root : the folder in it, without a slash at its end.
    shown : the address as it may be shown.
    whole : whether a file comes about whole or not at all when it is written, as on an object store.
    """

    driver: Any = field(repr=False)
    root: str
    shown: str
    whole: bool = True

    def below(self, name: str) -> Place:
        """A folder in this one."""
        return replace(self, root=self.path(name), shown=f"{self.shown.rstrip('/')}/{name}")

    def path(self, name: str) -> str:
        """A file's place in the file system.

        Raises
        ------
        AddressError : a name that leads out of the folder.
        """
        return f"{self.root}/{self._inside(name)}"

    def names(self) -> list[str]:
        """Every file below the folder, in order; none where there is no folder.

        Raises
        ------
        AddressError : a name that could lead out of a folder here.
        """
        with self._telling():
            self.driver.invalidate_cache()
            try:
                found = self.driver.find(self.root)
            except FileNotFoundError:
                return []
        below = [path[len(self.root) + 1 :] for path in found if path.startswith(f"{self.root}/")]
        return sorted(self._inside(name) for name in below if name and not name.endswith("/"))

    def read(self, name: str) -> bytes:
        """A file's bytes.

        Raises
        ------
        FileNotFoundError : it is not there.
        """
        with self._telling():
            content: bytes = self.driver.cat_file(self.path(name))
            return content

    def get(self, files: Mapping[str, Path]) -> None:
        """Fetch files, each to a path of this computer; folders come about as needed.

        Raises
        ------
        FileNotFoundError : one is not there any more.
        """
        for path in files.values():
            path.parent.mkdir(parents=True, exist_ok=True)
        for some in _shared_out(list(files)):
            with self._telling():
                self.driver.get([self.path(name) for name in some], [str(files[name]) for name in some])

    def put(self, files: Mapping[str, Path]) -> None:
        """Write files of this computer here, in the order given; what is there already is replaced."""
        for some in _shared_out(list(files), AT_ONCE if self.whole else 1):
            targets = [self.path(name) for name in some]
            with self._writing():
                self._folders(targets)
                if self.whole:
                    self.driver.put([str(files[name]) for name in some], targets)
                else:
                    self.driver.put_file(str(files[some[0]]), self.path(UNFINISHED))
                    self.driver.mv(self.path(UNFINISHED), targets[0])

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, whole."""
        target = self.path(name)
        with self._writing():
            self._folders([target])
            self.driver.pipe_file(target if self.whole else self.path(UNFINISHED), content)
            if not self.whole:
                self.driver.mv(self.path(UNFINISHED), target)

    def create(self, name: str, content: bytes) -> bool:
        """Write a small file only if it is not there; False when it is.

        Exclusive as far as the store is: some look first and write then.
        """
        target = self.path(name)
        with self._writing():
            self._folders([target])
            try:
                self.driver.invalidate_cache()
                if self.driver.exists(target):
                    return False
                self._create(target, content)
            except FileExistsError:
                return False
        return True

    def _create(self, target: str, content: bytes) -> None:
        if self.whole:
            self.driver.pipe_file(target, content, mode="create")
            return
        mode = "wxb" if "sftp" in self.driver.protocol else "xb"  # paramiko writes only where w is asked for
        try:
            with self.driver.open(target, mode) as stream:
                stream.write(content)
        except OSError:  # a server may only say that it failed
            if self.driver.exists(target):
                raise FileExistsError from None
            raise

    def remove(self, names: Iterable[str]) -> None:
        """Take files away; one that is not there is no fault."""
        for name in names:
            with self._telling():
                try:
                    self.driver.rm_file(self.path(name))
                except FileNotFoundError:
                    continue

    def _folders(self, targets: Iterable[str]) -> None:
        if not self.whole:
            for folder in sorted({self.root, *(target.rpartition("/")[0] for target in targets)}):
                self.driver.makedirs(folder, exist_ok=True)

    def _inside(self, name: str) -> str:
        parts = name.split("/")
        drive = any(part[1:2] == ":" for part in parts) or (os.name == "nt" and ":" in name)
        if drive or "\\" in name or not name.isprintable() or {"", ".", ".."} & set(parts):
            raise AddressError.said("address.name", address=self.shown)
        return name

    @contextmanager
    def _telling(self) -> Iterator[None]:
        with told(self.shown):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The same where nothing is asked for: what is not there is then the place itself."""
        try:
            with self._telling():
                yield
        except FileNotFoundError:
            raise AddressError.said("address.no_place", address=self.shown) from None


@contextmanager
def told(address: str) -> Iterator[None]:
    """Tell a driver's failure as ours, by its kind alone.

    Raises
    ------
    AddressError : anything but a file that is not there, or is there already.
    """
    try:
        yield
    except (TrygghetError, FileNotFoundError, FileExistsError):
        raise
    except Exception as error:  # noqa: BLE001 each driver has errors of its own
        number = getattr(error, "errno", None)  # drivers' own kinds number their errors otherwise
        ours = type(error).__module__ == "builtins"
        why = os.strerror(number) if ours and isinstance(number, int) else type(error).__name__
        raise AddressError.said("address.refused", address=address, why=why) from None


def reach(address: Address) -> Place:
    """The folder at an address.

    Raises
    ------
    AddressError : fsspec or the driver is not installed, or the address cannot be reached.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise AddressError.said("address.no_fsspec", address=address.shown) from None
    with told(address.shown):
        try:
            system, root = url_to_fs(address.full, **_options(address))
        except ImportError:
            package = DRIVERS[address.protocol]
            raise AddressError.said("address.no_driver", address=address.shown, package=package) from None
    return Place(system, root.rstrip("/"), address.shown, whole=address.protocol not in _SSH)


def _options(address: Address) -> dict[str, Any]:
    """How a driver is to be made: anew, and over SSH only towards machines that are known."""
    if address.protocol in _SSH:
        from trygghet.addresses.ssh import known_machines

        return {"skip_instance_cache": True, "host_key_policy": known_machines()}
    return {"skip_instance_cache": True}


def _shared_out(names: list[str], most: int = AT_ONCE) -> Iterator[list[str]]:
    for at in range(0, len(names), most):
        yield names[at : at + most]


def fetch_file(address: Address, target: Path) -> None:
    """Fetch the one file that an address names.

    Raises
    ------
    AddressError : it is not there, or cannot be read.
    """
    place = reach(address)
    with told(address.shown):
        try:
            place.driver.get_file(place.root, str(target))
        except FileNotFoundError:
            raise AddressError.said("address.missing", address=address.shown) from None
