"""`sipas serve` as a process that can be killed."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

START_TRIES = 2400  # twenty a second
SIPAS = str(Path(sys.executable).with_name("sipas"))


class Server:
    """`sipas serve` as a process that can be killed."""

    def __init__(self, environment: dict[str, str], folder: Path, command: tuple[str, ...] = ("serve",)) -> None:
        self.environment, self.log, self.command = environment, folder / "server.log", command
        self.port = int(environment["SIPAS_PORT"])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([SIPAS, *self.command], env=self.environment, stdout=log, stderr=log)
        for _ in range(START_TRIES):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended; see {self.log}")
            time.sleep(0.05)
        raise RuntimeError("The server did not answer within two minutes.")

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
