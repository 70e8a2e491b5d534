"""Where responses lie and which engine scans them there: what `--engine` names, opened and closed again."""

import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import duckdb
import psycopg

from analysis.databases import PostgreSql, Sqlite
from analysis.engines import DuckDb, Engine, Spark
from analysis.errors import AnalysisError

KINDS = "duckdb, sqlite:///FILE?table=T, postgresql://HOST/DATABASE?table=T, spark://HOST:PORT, local[N]"
FILES = "stored_responses"  # under which files are registered: not the name that the scan gives to its view
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
SECONDS = 5  # for a server to answer
JAVA = "Spark needs Java 17 or newer; as root: apt-get install openjdk-17-jre-headless"


@dataclass(frozen=True)
class Source:
    """Responses as they lie: the engine that reads them, the name to read from, the columns there are."""

    engine: Engine
    name: str
    columns: tuple[str, ...]


@contextmanager
def opened(address: str, path: Path | None) -> Iterator[Source]:
    """Open what `--engine` names and close it again.

    Parameters
    ----------
    address : str
        duckdb, sqlite:///FILE?table=T, postgresql://...?table=T, spark://HOST:PORT or local[N].
    path : Path or None
        The file to scan (.parquet; DuckDB reads .csv too); None for a database.

    Raises
    ------
    AnalysisError
        For an address of no known kind, software that is not installed, a server that does not answer, a file or
        table that is not there, and for whatever the engine refuses; the message says what to do.
    """
    kind = address.split(":", 1)[0].split("[", 1)[0]
    openers = {
        "duckdb": _duckdb,
        "sqlite": _sqlite,
        "postgresql": _postgresql,
        "postgresql+psycopg": _postgresql,
        "spark": _spark,
        "local": _spark,
    }
    if kind not in openers:
        raise AnalysisError(f"--engine {address} is not known; use one of {KINDS}")
    try:
        with openers[kind](address, path) as (engine, name):
            columns = tuple(engine.table(f"SELECT * FROM {name} WHERE 1 = 0"))  # noqa: S608 -- a name of ours, or plain
            yield Source(engine, name, columns)
    except (sqlite3.Error, psycopg.Error, duckdb.Error) as error:
        raise AnalysisError(f"--engine {kind}: {' '.join(str(error).split())}") from None


@contextmanager
def _duckdb(address: str, path: Path | None) -> Iterator[tuple[Engine, str]]:
    """Scan a file in process."""
    if address != "duckdb":
        raise AnalysisError(f"--engine {address} is not known; use one of {KINDS}")
    readers = {".parquet": DuckDb.over_parquet, ".csv": DuckDb.over_csv}
    engine = readers[_file(path, tuple(readers)).suffix.lower()](_file(path, tuple(readers)), FILES)
    with closing(engine.connection):
        yield engine, FILES


@contextmanager
def _sqlite(address: str, path: Path | None) -> Iterator[tuple[Engine, str]]:
    """Scan a table of a SQLite file, which is opened to read only."""
    rest, table = _table_of(address, path)
    file = Path(unquote(rest.removeprefix("sqlite:///")))
    if not file.is_file():
        raise AnalysisError(f"--engine: {file} is not a file; write sqlite:///FILE?table=T (four / for a full path)")
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
        # With the schema a table called like the scan's own view is not taken for it.
        yield Sqlite(connection), f"main.{table}"


@contextmanager
def _postgresql(address: str, path: Path | None) -> Iterator[tuple[Engine, str]]:
    """Scan a table of a PostgreSQL database, in a transaction that can only read."""
    rest, table = _table_of(address, path)
    try:
        connection = psycopg.connect(rest.replace("postgresql+psycopg:", "postgresql:", 1), connect_timeout=SECONDS)
    except psycopg.OperationalError as error:
        raise AnalysisError(
            f"--engine: PostgreSQL does not answer ({' '.join(str(error).split())}); "
            "check host, port, database and user; the password belongs in ~/.pgpass"
        ) from None
    with closing(connection):
        connection.read_only = True
        yield PostgreSql(connection), table


@contextmanager
def _spark(address: str, path: Path | None) -> Iterator[tuple[Engine, str]]:
    """Scan Parquet files on a Spark cluster, or with the cores of this machine."""
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 -- only with the extra `spark`
    except ImportError:
        raise AnalysisError(
            "--engine: Spark is not installed; in a checkout: make spark; else: pip install 'sipas[spark]'. " + JAVA
        ) from None
    file = _file(path, (".parquet",))
    if address.startswith("spark:"):
        _refuse_silence(address)
    elif not re.fullmatch(r"local\[(\d+|\*)\]", address):
        raise AnalysisError(f"--engine {address} is not known; for the cores of this machine write local[2]")
    try:
        engine = Spark.connect(address, file, FILES)
    except PySparkException as error:
        raise AnalysisError(f"--engine: Spark does not start ({_first_line(error)}). {JAVA}") from None
    try:
        yield engine, FILES
    except PySparkException as error:
        raise AnalysisError(f"--engine spark: {_first_line(error)}") from None
    finally:
        engine.session.stop()


def _refuse_silence(address: str) -> None:
    """Raise at once where nobody listens; Spark itself would try for a minute."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    try:
        socket.create_connection((host or "", port or 0), SECONDS).close()
    except OSError as error:
        raise AnalysisError(f"--engine {address} does not answer ({error}); start the master or mend it") from None


def _table_of(address: str, path: Path | None) -> tuple[str, str]:
    """Split an address into what the database understands and the table's name."""
    if path is not None:
        raise AnalysisError(f"--engine reads a table of a database; leave out the file {path}")
    base, _, given = address.partition("?")
    query = dict(parse_qsl(given))
    table = query.pop("table", "")
    if not PLAIN.fullmatch(table):
        raise AnalysisError(
            f"--engine: '{table}' is no name of a table; end the address with ?table=T, T of letters, digits and _"
        )
    return f"{base}?{urlencode(query)}" if query else base, table


def _file(path: Path | None, endings: tuple[str, ...]) -> Path:
    """Return the file or folder to scan; AnalysisError if it is not there or of another kind."""
    if path is None:
        raise AnalysisError(f"name the file to scan, ending in {' or '.join(endings)}")
    if path.suffix.lower() not in endings:
        raise AnalysisError(f"{path.name}: this engine reads {' and '.join(endings)}; convert the file to one of them")
    if not path.exists():
        raise AnalysisError(f"{path} is not there; check the name")
    return path


def _first_line(error: Exception) -> str:
    """Return what an error says, without the stack that Java adds."""
    return str(error).strip().split("\n", 1)[0]


def check_name(column: str, source: Source) -> str:
    """Return the name of a column that may stand in SQL; AnalysisError for one that is not there or not plain."""
    if column not in source.columns:
        raise AnalysisError(f"column {column} is not in the responses; they have {', '.join(source.columns)}")
    if not PLAIN.fullmatch(column):
        raise AnalysisError(
            f"column {column}: an engine reads names of letters, digits and _ only; rename it, or leave out --engine"
        )
    return column
