"""A migrated database kept between runs, copied for each test worker: ten seconds once, half a second after."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from portail.embarque.processes import is_alive

_MODEL_PREFIX = "modele_"
_COPY_PREFIX = "essai_"
# Any number, the same everywhere: one process at a time makes, copies or drops databases.
_LOCK = 1000
_FILLED_BY_MIGRATIONS = {"auth_permission", "django_content_type"}


def use_copy(*, afresh: bool = False) -> str:
    """Point Django at a fresh copy of the migrated database, and return the copy's name."""
    model = _MODEL_PREFIX + _fingerprint()
    copy = f"{_COPY_PREFIX}{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'seul')}"
    with _administration() as server:
        _drop_leftovers(server, keep=None if afresh else model)
        if model not in _databases(server):
            _create_model(server, model)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(copy)))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(model)),
        )
    _point_django_at(copy)
    connection.ops.sql_flush = _sql_flush  # type: ignore[method-assign]
    return copy


def drop_copy(copy: str) -> None:
    """Drop a copy, whatever is still connected to it."""
    connections.close_all()
    with _administration() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(copy)))


def _sql_flush(
    style: object, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
) -> list[str]:
    """What empties the database after a test that commits: only tables that hold rows, of some two hundred.

    TRUNCATE would make anew the files of every table that refers to one of them. Those that migrations fill stay as
    they are: Django would fill them again.
    """
    assert not reset_sequences
    names = [connection.ops.quote_name(table) for table in sorted(set(tables) - _FILLED_BY_MIGRATIONS)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names))
        held = [name for (name,) in cursor.fetchall()]
    return [
        # Those that keep history and logs as they are refuse a DELETE.
        *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in held),
        *(f"DELETE FROM {name}" for name in held),
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in held),
    ]


def _create_model(server: psycopg.Connection, model: str) -> None:
    partial = f"{model}_partiel"  # takes its name once complete
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(partial)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(partial)))
    _point_django_at(partial)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(partial), sql.Identifier(model)))


def _drop_leftovers(server: psycopg.Connection, *, keep: str | None) -> None:
    """Drop other migrations' models, and copies whose process was killed."""
    for name in _databases(server):
        if name.startswith(_COPY_PREFIX):
            pid = name.removeprefix(_COPY_PREFIX).split("_")[0]
            unused = pid.isdigit() and not is_alive(int(pid))
        else:
            unused = name.startswith(_MODEL_PREFIX) and name != keep
        if unused:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _databases(server: psycopg.Connection) -> set[str]:
    return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


@contextmanager
def _administration() -> Iterator[psycopg.Connection]:
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    known = {name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if parameters.get(name)}
    with psycopg.connect(**known, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield server


def _point_django_at(database: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = database


def _fingerprint() -> str:
    """Changes whenever a migration does, ours or a dependency's."""
    digest = hashlib.sha256()
    migrations = MigrationLoader(None).disk_migrations
    for key, migration in sorted(migrations.items()):
        digest.update(repr(key).encode())
        digest.update(Path(sys.modules[type(migration).__module__].__file__ or "").read_bytes())
    return digest.hexdigest()[:16]
