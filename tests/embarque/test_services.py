"""The embedded servers, for real: started, killed, raced, taken over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portail.embarque import privileges, processes
from portail.embarque.errors import DisquePleinError, EmbarqueError, from_os_error
from portail.embarque.services import Services, SharedServices


@pytest.fixture(scope="module", autouse=True)
def own_servers() -> Iterator[None]:
    """The addresses that the tests' plugin set are put aside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL")
        patch.delenv("REDIS_URL")
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "serveurs"
    Services(tmp_path / "serveurs").erase()


@pytest.fixture(scope="module")
def cluster(own_servers: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services(tmp_path_factory.mktemp("cluster") / "serveurs")
    yield services
    services.erase()


@pytest.fixture
def servers(cluster: Services) -> Services:
    """Durable servers that run, whatever the test before did to them."""
    cluster.start_postgresql()
    cluster.start_valkey()
    return cluster


def scalar(services: Services, query: str) -> object:
    with psycopg.connect(services.postgresql.url()) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row[0]


def redis_client(services: Services) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(services.valkey.socket))


def test_portal_role_owns_its_database_but_is_no_superuser(servers: Services) -> None:
    assert scalar(servers, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    owner = "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()"
    assert scalar(servers, owner) is True
    installed = scalar(servers, "SELECT array_agg(extname::text) FROM pg_extension")
    assert {"btree_gist", "citext", "pg_trgm", "unaccent"} <= set(installed)  # type: ignore[call-overload]
    assert scalar(servers, "SELECT lower('ÉTÉ')") == "été"


def test_servers_listen_on_a_private_socket_only(servers: Services) -> None:
    assert servers.postgresql.sockets.stat().st_mode & 0o777 == 0o700
    assert scalar(servers, "SHOW listen_addresses") == ""
    assert redis_client(servers).config_get("port") == {"port": "0"}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_servers_do_not_run_as_root(servers: Services) -> None:
    for pid in (servers.postgresql.pid(), servers.valkey.pid()):
        assert Path(f"/proc/{pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_closed_folder_is_left_closed(folder: Path) -> None:
    folder.parent.chmod(0o700)
    os.chown(folder.parent, 0, 0)
    services = Services(folder, ephemeral=True)
    try:
        services.start_postgresql()
        assert scalar(services, "SELECT 1") == 1
        assert folder.parent.stat().st_mode & 0o777 == 0o700
        assert services.folder.is_relative_to(privileges.OUTSIDE)
    finally:
        services.stop()


def test_start_after_kill_9(servers: Services) -> None:
    with psycopg.connect(servers.postgresql.url(), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS gardee")
        connection.execute("CREATE TABLE gardee AS SELECT 42 AS valeur")
    redis_client(servers).set("gardee", "42")
    for pid in (servers.postgresql.pid(), servers.valkey.pid()):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert processes.wait_until_gone(pid, timeout=10)
    assert not servers.postgresql.is_running()

    again = Services(servers.wanted)
    again.start_postgresql()
    again.start_valkey()

    assert scalar(again, "SELECT valeur FROM gardee") == 42
    assert redis_client(again).get("gardee") == b"42"


def test_stale_pid_file_that_names_another_process(servers: Services) -> None:
    servers.stop()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (servers.postgresql.data / "postmaster.pid").write_text(
            f"{bystander.pid}\n{servers.postgresql.data}\n1\n5432\n{servers.postgresql.sockets}\n\n1 1\nready\n"
        )
        (servers.postgresql.sockets / ".s.PGSQL.5432.lock").write_text(f"{bystander.pid}\n")
        assert servers.postgresql.pid() is None

        servers.start_postgresql()

        assert scalar(servers, "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_two_starts_at_once_make_one_server(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from portail.embarque.services import Services;"
        "s = Services(Path(sys.argv[1]), ephemeral=True); s.start_postgresql(); s.start_valkey();"
        "print(s.postgresql.pid(), s.valkey.pid())"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    try:
        answers = [start.communicate(timeout=60)[0] for start in starts]
        assert all(start.returncode == 0 for start in starts)
        assert len(set(answers)) == 1
        assert "None" not in answers[0]
    finally:
        Services(folder, ephemeral=True).stop()


def test_last_of_several_users_stops_the_servers(folder: Path) -> None:
    first, second = SharedServices(folder), SharedServices(folder)
    with first:
        with second:
            pass
        assert scalar(first.services, "SELECT 1") == 1
    assert first.services.postgresql.pid() is None
    assert first.services.valkey.pid() is None


def test_killed_user_does_not_keep_the_servers_up(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from portail.embarque.services import SharedServices;"
        "s = SharedServices(Path(sys.argv[1])); s.__enter__(); print('up', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    user.kill()
    user.communicate()

    with SharedServices(folder) as shared:
        assert scalar(shared.services, "SELECT 1") == 1
    assert shared.services.postgresql.pid() is None


def test_servers_stop_when_their_parent_is_killed(folder: Path) -> None:
    code = (
        "import sys, signal, time; from pathlib import Path; from portail.embarque.services import Services;"
        "s = Services(Path(sys.argv[1]), ephemeral=True);"
        "s.start_postgresql(signal_when_parent_dies=signal.SIGINT);"
        "s.start_valkey(signal_when_parent_dies=signal.SIGTERM);"
        "print(s.postgresql.pid(), s.valkey.pid(), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.communicate()
    assert all(processes.wait_until_gone(pid, timeout=15) for pid in pids)


def test_interrupted_creation_is_taken_up_again(folder: Path) -> None:
    services = Services(folder, ephemeral=True)
    (folder / ".creation-interrompue").mkdir()
    privileges.private_folder(services.postgresql.data, services.account)  # empty: nothing was finished
    services.start_postgresql()
    assert scalar(services, "SELECT 1") == 1
    services.stop()


def test_durable_folder_of_another_version_is_refused(folder: Path) -> None:
    services = Services(folder)
    services.postgresql.data.mkdir()
    (services.postgresql.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbarqueError, match="make demo-reset"):
        services.start_postgresql()


def test_full_disk_is_one_french_sentence(folder: Path) -> None:
    postgresql = Services(folder).postgresql
    said = "initdb: error: could not write to file: No space left on device\n"
    assert isinstance(postgresql._failure(said), DisquePleinError)
    erreur = from_os_error(OSError(28, "No space left on device"), folder)
    assert str(erreur).startswith("Le disque est plein : libérez")
    assert "\n" not in str(erreur)


def test_existing_servers_are_used_instead(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ailleurs/portail")
    monkeypatch.setenv("REDIS_URL", "redis://ailleurs")
    services = Services(folder)
    services.start_postgresql()
    services.start_valkey()
    services.stop()
    assert services.environment() == {"DATABASE_URL": "postgresql://ailleurs/portail", "REDIS_URL": "redis://ailleurs"}
    assert not services.postgresql.data.exists()


def test_foreign_socket_folder_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sockets = Services(folder).postgresql.sockets
    sockets.rmdir()
    sockets.symlink_to(folder)
    try:
        with pytest.raises(EmbarqueError, match="appartient à un autre compte"):
            Services(folder)
    finally:
        sockets.unlink()


def test_lock_waits_for_its_holder(tmp_path: Path) -> None:
    order: list[str] = []
    path = tmp_path / "verrou"
    held = threading.Event()

    def hold() -> None:
        with processes.exclusive_lock(path):
            held.set()
            order.append("first")

    with processes.exclusive_lock(path):
        thread = threading.Thread(target=hold)
        thread.start()
        assert not held.wait(0.2)
        order.append("holder")
    thread.join()
    assert order == ["holder", "first"]
