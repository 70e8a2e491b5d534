"""A standalone Spark of the tests' own: a master and workers as processes on loopback, gone afterwards."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark

SECONDS = 120  # for a Java program to come up on a busy machine
# Web pages of master and worker are bound to SPARK_LOCAL_IP too: nothing listens beyond this machine.
ENVIRONMENT = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}


@dataclass(frozen=True)
class Worker:
    """A worker and, in the same process group, the executors that it starts."""

    process: subprocess.Popen[bytes]
    folder: Path

    def executors(self) -> set[str]:
        """Identifiers of its executors: folders that the worker makes, app-.../0."""
        return {path.name for path in self.folder.glob("app-*/*") if path.is_dir()}

    def send(self, sent: signal.Signals) -> None:
        """Send a signal to the worker and its executors, as if their machine stopped or died."""
        os.killpg(self.process.pid, sent)


@dataclass(frozen=True)
class Cluster:
    """Address of the master, and the workers."""

    address: str
    workers: tuple[Worker, ...]


@contextmanager
def running_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """Start a master and workers of one core each; ends when the block does."""
    with ExitStack() as stack:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        log = folder / "master.log"
        master = ("deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        stack.enter_context(_started(log, *master))
        _wait_for(log, "I have been elected leader", 1)
        address = f"spark://127.0.0.1:{port}"
        made = []
        for number in range(workers):
            work = folder / f"worker{number}"
            options = ("--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "1200m")
            named = ("deploy.worker.Worker", *options, "--work-dir", str(work), address)
            process = stack.enter_context(_started(folder / f"worker{number}.log", *named))
            made.append(Worker(process, work))
        _wait_for(log, "Registering worker", workers)
        yield Cluster(address, tuple(made))


@contextmanager
def _started(log: Path, name: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a class of the Spark distribution by its own script, in a process group of its own."""
    script = Path(pyspark.__file__).parent / "bin/spark-class"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [script, f"org.apache.spark.{name}", *options],
            stdout=file,
            stderr=file,
            env=os.environ | ENVIRONMENT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)


def _wait_for(log: Path, words: str, times: int) -> None:
    for _ in range(SECONDS * 10):
        if log.read_text(errors="replace").count(words) >= times:
            return
        time.sleep(0.1)
    raise RuntimeError(f"Spark did not come up:\n{log.read_text(errors='replace')}")
