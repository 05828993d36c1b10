"""A real PostgreSQL server from the system's packages, reached by a socket in a private folder.

Owns how the server is found, started and stopped. `POSTGRES_URL` names a server to use instead, whose user
may create databases. PostgreSQL refuses to run as root, so root starts it as `postgres` or `nobody`. It does
not wait for the disk, because no test cuts the power.
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import sqlalchemy as sa

START_SECONDS = 60


class PostgresUnavailable(RuntimeError):
    """The server is not installed or does not start; the message says why and what to install."""


@contextmanager
def running_postgres() -> Iterator[sa.URL]:
    """Run a server for as long as the context is open, and give the URL of its first database."""
    if url := os.environ.get("POSTGRES_URL"):
        yield sa.make_url(url).set(drivername="postgresql+psycopg")
        return
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    user = _user()
    if user is not None:
        shutil.chown(folder, user)
    try:
        data = folder / "data"
        _run(
            user,
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "tunefi",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
            "--locale=C",
        )
        with _process(user, binaries, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def empty_schema(server: sa.URL) -> Iterator[sa.URL]:
    """Give the URL of an empty schema, in which each of its connections is; cheaper than a database."""
    name = f"tunefi_{uuid4().hex[:12]}"
    _execute(server, f"CREATE SCHEMA {name}")
    yield server.update_query_dict({"options": f"-csearch_path={name}"})
    _execute(server, f"DROP SCHEMA {name} CASCADE")


@contextmanager
def empty_database(server: sa.URL) -> Iterator[sa.URL]:
    """Give the URL of an empty database, dropped afterwards whoever is still connected."""
    name = f"tunefi_{uuid4().hex[:12]}"
    _execute(server, f"CREATE DATABASE {name}")
    yield server.set(database=name)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: sa.URL, statement: str) -> None:
    dsn = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement)


def _find_binaries() -> Path:
    """The folder of the newest server: Debian keeps it out of the PATH."""
    on_path = [Path(found).resolve().parent] if (found := shutil.which("postgres")) else []
    packaged = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    for folder in [*on_path, *sorted(packaged, key=_version, reverse=True)]:
        if (folder / "initdb").exists():
            return folder
    raise PostgresUnavailable("PostgreSQL is not installed: apt-get install postgresql, or set POSTGRES_URL")


def _version(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


def _user() -> str | None:
    """Whom root starts the server as; None: as who we are."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextmanager
def _process(user: str | None, binaries: Path, folder: Path) -> Iterator[sa.URL]:
    url = sa.URL.create("postgresql+psycopg", "tunefi", database="postgres", query={"host": str(folder)})
    settings = ("listen_addresses=", "max_connections=50", "fsync=off")
    options = ["-D", folder / "data", "-k", folder, *(part for one in settings for part in ("-c", one))]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", *options],
            user=user,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    try:
        _await_answer(process, url, folder / "server.log")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(process: "subprocess.Popen[bytes]", url: sa.URL, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise PostgresUnavailable(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _answers(url: sa.URL) -> bool:
    try:
        _execute(url, "SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _run(user: str | None, *command: str | Path) -> None:
    done = subprocess.run(
        command, user=user, capture_output=True, text=True, cwd="/", timeout=120, check=False
    )
    if done.returncode:
        raise PostgresUnavailable(f"{command[0]} failed: {(done.stdout + done.stderr)[-2000:]}")
