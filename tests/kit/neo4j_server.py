"""A real Neo4j server on a free port of the loopback interface, from Maven Central's artifacts.

Owns how the server is resolved (once, cached for the user), started and stopped. `NEO4J_URI`, with
`NEO4J_USER` and `NEO4J_PASSWORD`, names a server to use instead. Needs Java 17 or 21 and, the first time,
Maven.
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

SOURCES = Path(__file__).parent / "neo4j"
START_SECONDS = 120


class Neo4jUnavailable(RuntimeError):
    """The server cannot be resolved or does not start; the message says why and what to install."""


@dataclass(frozen=True, slots=True)
class Neo4jServer:
    """Address and credentials of a running server."""

    uri: str
    user: str
    password: str


@contextmanager
def running_neo4j(data: Path | None = None) -> Iterator[Neo4jServer]:
    """Run a server for as long as the context is open.

    Args:
        data: Folder to keep its data in, for a server that is started again later; without it the data
            go with the server.

    Raises:
        Neo4jUnavailable: Java or Maven is missing, the artifacts cannot be fetched, or it does not start.
    """
    if uri := os.environ.get("NEO4J_URI"):
        yield Neo4jServer(uri, os.environ.get("NEO4J_USER", "neo4j"), os.environ.get("NEO4J_PASSWORD", ""))
        return
    classpath = build_classpath()
    home = data or Path(tempfile.mkdtemp(prefix="neo4j-"))
    try:
        with _process(classpath, home) as uri:
            password = _load_password(home)
            _set_password(uri, home, password)
            yield Neo4jServer(uri, "neo4j", password)
    finally:
        if data is None:
            shutil.rmtree(home, ignore_errors=True)


def build_classpath() -> str:
    """Return the class path of the launcher, resolved and compiled the first time, then from the cache."""
    sources = b"".join((SOURCES / name).read_bytes() for name in ("pom.xml", "Launcher.java"))
    cache = user_cache_path("tunefi") / f"neo4j-{hashlib.sha256(sources).hexdigest()[:12]}"
    resolved = cache / "classpath.txt"
    if resolved.exists():
        jars = resolved.read_text()
        if all(Path(jar).exists() for jar in jars.split(os.pathsep)):
            return os.pathsep.join([str(cache), jars])
    cache.mkdir(parents=True, exist_ok=True)
    partial = cache / f"classpath.{os.getpid()}"
    pom = ["-f", str(SOURCES / "pom.xml")]
    _run("mvn", "-q", "-B", *pom, "dependency:build-classpath", f"-Dmdep.outputFile={partial}")
    jars = partial.read_text().strip()
    _run("javac", "-cp", jars, "-d", str(cache), str(SOURCES / "Launcher.java"))
    partial.replace(resolved)
    return os.pathsep.join([str(cache), jars])


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except FileNotFoundError as error:
        raise Neo4jUnavailable(
            f"{command[0]} is not installed: the real Neo4j needs Java 17 or 21 (JDK) and Maven"
        ) from error
    if done.returncode:
        tail = (done.stdout + done.stderr)[-2000:]
        raise Neo4jUnavailable(f"{command[0]} failed while Neo4j was being resolved: {tail}")


@contextmanager
def _process(classpath: str, home: Path) -> Iterator[str]:
    home.mkdir(parents=True, exist_ok=True)
    command = [
        "java",
        "-Xms256m",
        "-Xmx1g",
        "-cp",
        classpath,
        "Launcher",
        str(home),
        str(SOURCES / "neo4j.conf"),
    ]
    with (home / "launcher.log").open("wb") as log:
        try:
            # In a session of its own, so that Ctrl-C stops the program first; closing stdin stops it.
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        except FileNotFoundError as error:
            raise Neo4jUnavailable("java is not installed: the real Neo4j needs Java 17 or 21") from error
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        uri = process.stdout.readline().decode().strip()
        if not uri.startswith("bolt://"):
            reason = (home / "launcher.log").read_text(errors="replace")[-2000:]
            raise Neo4jUnavailable(f"Neo4j did not start: {reason}")
        yield uri
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _load_password(home: Path) -> str:
    """Return the password of a server that ran before, or a new one."""
    path = home / "password"
    return path.read_text() if path.exists() else secrets.token_urlsafe(16)


def _set_password(uri: str, home: Path, password: str) -> None:
    """Replace the password that a fresh server insists on having changed."""
    if (home / "password").exists():
        return
    from neo4j import GraphDatabase
    from neo4j.exceptions import ClientError, ServiceUnavailable

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with (
                GraphDatabase.driver(uri, auth=("neo4j", "neo4j")) as driver,
                driver.session(database="system") as session,
            ):
                session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=password).consume()
            break
        except (ServiceUnavailable, ClientError) as error:
            if time.monotonic() > deadline:
                raise Neo4jUnavailable(f"Neo4j at {uri} does not take its password: {error}") from error
            time.sleep(0.2)
    (home / "password").write_text(password)
