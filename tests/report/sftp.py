"""A file server of this computer's own, over SFTP, for as long as a test takes."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface

USER, PASSWORD = "anna", "hemligt"


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Files(SFTPServerInterface):
    root = Path()

    def _at(self, path: str) -> str:
        return str(self.root) + self.canonicalize(path)

    def _tried(self, what: Any, *arguments: Any) -> Any:
        try:
            return what(*arguments)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno or 0)

    def list_folder(self, path: str) -> Any:
        def listed() -> list[SFTPAttributes]:
            with os.scandir(self._at(path)) as found:
                return [SFTPAttributes.from_stat(one.stat(), one.name) for one in found]

        return self._tried(listed)

    def stat(self, path: str) -> Any:
        return self._tried(lambda: SFTPAttributes.from_stat(os.stat(self._at(path))))

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        def opened() -> SFTPHandle:
            handle = SFTPHandle(flags)
            number = os.open(self._at(path), flags, 0o600)
            mode = "r+b" if flags & os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb"
            handle.readfile = handle.writefile = os.fdopen(number, mode)
            return handle

        return self._tried(opened)

    def remove(self, path: str) -> Any:
        return self._tried(os.remove, self._at(path)) or paramiko.SFTP_OK

    def posix_rename(self, oldpath: str, newpath: str) -> Any:
        return self._tried(os.replace, self._at(oldpath), self._at(newpath)) or paramiko.SFTP_OK

    def mkdir(self, path: str, attr: Any) -> Any:
        return self._tried(os.mkdir, self._at(path)) or paramiko.SFTP_OK


@contextmanager
def serving(root: Path, known_hosts: Path) -> Iterator[str]:
    """Serve a folder; the address of its root, with the password in it. The server's key is put into `known_hosts`."""
    key = paramiko.ECDSAKey.generate()
    files = type("Files", (_Files,), {"root": root})
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        known_hosts.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
        transports: list[paramiko.Transport] = []

        def answer() -> None:
            with suppress(OSError):  # closed when the test is over
                while True:
                    transport = paramiko.Transport(listening.accept()[0])
                    transports.append(transport)
                    transport.add_server_key(key)
                    transport.set_subsystem_handler("sftp", SFTPServer, files)
                    with suppress(EOFError, paramiko.SSHException):  # who does not know the machine leaves at once
                        transport.start_server(server=_Door())

        threading.Thread(target=answer, daemon=True).start()
        try:
            yield f"sftp://{USER}:{PASSWORD}@127.0.0.1:{port}"
        finally:
            for transport in transports:
                transport.close()
