"""PostgreSQL refuses to run as root: which account it runs as then, and where that account can reach files."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portail.embarque.errors import EmbarqueError

# Where root keeps what an unprivileged account must reach when the checkout lies in a closed folder (/root, say).
OUTSIDE = Path("/var/lib/portail-embarque")
_SOCKET_PATH_MAX = 100


@dataclass(frozen=True)
class Account:
    """An unprivileged system account."""

    uid: int
    gid: int


def service_account(data: Path) -> Account | None:
    """The account the servers run as: None (ourselves) unless we are root.

    An existing data folder keeps its owner, so that a `postgres` account created later changes nothing.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise EmbarqueError("PostgreSQL refuse de tourner en root : relancez la commande depuis un compte ordinaire.")


def can_reach(path: Path, account: Account | None) -> bool:
    """Whether the account may enter every folder down to `path`."""
    if account is None:
        return True
    return all(_may_enter(folder, account) for folder in [path, *path.parents] if folder.exists())


def _may_enter(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        bit = stat.S_IXUSR
    elif status.st_gid == account.gid:
        bit = stat.S_IXGRP
    else:
        bit = stat.S_IXOTH
    return bool(status.st_mode & bit)


def reachable_folder(wanted: Path, account: Account | None) -> Path:
    """`wanted`, or a folder of root's own outside when the account cannot reach it."""
    if can_reach(wanted.parent, account):
        return wanted
    return OUTSIDE / "donnees" / fingerprint(str(wanted))


def reachable_copy(parts: Sequence[Path], *, witness: Path, key: str, account: Account | None) -> Path:
    """The folder that holds `parts`, or a copy the account can read; `witness`, relative to it, must be reached.

    The copy appears at once under its final name: one cut short is never used.
    """
    origin = parts[0].parent
    if can_reach((origin / witness).parent, account):
        return origin
    target = OUTSIDE / "programmes" / f"{parts[0].name}-{fingerprint(key)}"
    if (target / witness).exists():
        return target
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".copie-", dir=target.parent))
    try:
        for part in parts:
            if part.is_dir():
                shutil.copytree(part, partial / part.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
        for copied in [partial, *partial.rglob("*")]:
            if not copied.is_symlink():
                copied.chmod(0o755 if copied.is_dir() or copied.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            partial.rename(target)
        except OSError:
            if not (target / witness).exists():  # else somebody else was faster: theirs will do
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def private_folder(folder: Path, account: Account | None) -> None:
    """Make `folder` exist, closed to everybody but the account."""
    if account is not None and not folder.is_relative_to(OUTSIDE):
        folder.parent.mkdir(parents=True, exist_ok=True)
    elif account is not None:
        OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def socket_folder(data: Path, account: Account | None) -> Path:
    """A short private folder for the sockets of the servers kept in `data`: their paths may not pass 107 bytes.

    It is the same for every process, whatever its TMPDIR, so that all of them find the server.
    """
    uid = account.uid if account else os.geteuid()
    for base in (Path("/tmp"), Path(tempfile.gettempdir()).resolve()):
        folder = base / f"portail-{os.geteuid()}-{fingerprint(str(data))}"
        if (
            len(str(folder)) < _SOCKET_PATH_MAX - 20
            and os.access(base, os.W_OK | os.X_OK)
            and can_reach(base, account)
        ):
            break
    else:
        raise EmbarqueError("Aucun dossier temporaire utilisable : rendez /tmp accessible, puis recommencez.")
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (uid, os.geteuid()):
        # A folder somebody else prepared could hand our connections to their server.
        raise EmbarqueError(f"{folder} appartient à un autre compte : supprimez-le, puis recommencez.")
    private_folder(folder, account)
    return folder


def fingerprint(text: str) -> str:
    """A short stable name for a path or a version."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]
