"""First step of `make demo` and `make test`: makes `.venv` from the hashed lock, then goes on inside it.

Runs on whatever `python3` the machine has, before anything is installed: standard library only, and a syntax that
old Pythons can read, so that they can say in one sentence that they are too old.
"""

import ctypes.util
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

MINIMUM = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STATE = os.path.join(ROOT, ".embarque")
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
LOCK = os.path.join(ROOT, "requirements", "dev.txt")
# Written last: a set-up cut short is taken up again.
STAMP = os.path.join(VENV, ".verrou-installe")
LOG = os.path.join(STATE, "installation.log")
ROOM_NEEDED_MB = 1200
CHROMIUM_PACKAGES = ["chromium"]
PANGO_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"]


class Arret(Exception):
    """The set-up can't go on; the message is one French sentence that says what to do."""


def main(arguments: "list[str]") -> int:
    """Set up, then become the asked command."""
    command, options = arguments[0], arguments[1:]
    use_recent_python(arguments)
    install()
    if command == "installer":
        return 0
    if command == "test":
        install_system_packages()
        become(["-m", "pytest"] + parallel_options(options) + options)
    become(["-m", "portail.embarque", command] + options)
    return 0


def become(arguments: "list[str]") -> None:
    """Replace this process: signals then reach the command itself."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(VENV_PYTHON, [VENV_PYTHON] + arguments)


def use_recent_python(arguments: "list[str]") -> None:
    """Go on with a newer Python of this machine when this one is too old; say so when there is none."""
    if sys.version_info >= MINIMUM:
        return
    for minor in range(20, MINIMUM[1] - 1, -1):
        candidate = shutil.which("python3.%d" % minor)
        if candidate and runs(candidate, "import venv"):
            os.execv(candidate, [candidate, os.path.abspath(__file__)] + arguments)
    raise Arret(
        "Python %d.%d est trop ancien : installez Python %d.%d ou plus récent, puis relancez « make »"
        " (ou nommez-le : make demo PYTHON=python3.12)." % (sys.version_info[0], sys.version_info[1], *MINIMUM)
    )


def runs(python: str, code: str) -> bool:
    """Whether an interpreter is there, recent enough, and runs this code."""
    test = "import sys; assert sys.version_info >= %r; %s" % (MINIMUM, code)
    try:
        return subprocess.call([python, "-c", test], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install() -> None:
    """Make .venv hold exactly the lock's versions; at once when it already does."""
    with open(LOCK, "rb") as file:
        wanted = hashlib.sha256(file.read()).hexdigest()
    if is_installed(wanted):
        return
    os.makedirs(STATE, exist_ok=True)
    with open(os.path.join(STATE, "installation.verrou"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_installed(wanted):  # another start did it while we waited
            return
        free_mb = shutil.disk_usage(ROOT).free // 1000000
        if free_mb < ROOM_NEEDED_MB and not os.path.exists(STAMP):
            raise Arret(disk_full())
        if not runs(VENV_PYTHON, "import pip"):
            say("Création de l'environnement Python (.venv)")
            run([sys.executable, "-m", "venv", "--clear", VENV])
        say("Installation des paquets (une minute environ la première fois)")
        install_uv()
        install_lock = [uv(), "pip", "install", "--python", VENV_PYTHON, "--require-hashes", "-r", LOCK]
        try:
            # The machine's own certificates: many networks have an authority of theirs.
            run(install_lock + ["--system-certs"])
        except Arret:
            run(install_lock)
        with open(STAMP, "w") as file:
            file.write(wanted)


def is_installed(wanted: str) -> bool:
    """Whether .venv was made from this very lock."""
    try:
        with open(STAMP) as file:
            return file.read() == wanted and runs(VENV_PYTHON, "pass")
    except OSError:
        return False


def uv() -> str:
    return os.path.join(VENV, "bin", "uv")


def install_uv() -> None:
    """Install uv, the fast installer, at the lock's version and checked against its hashes."""
    lines: "list[str]" = []
    with open(LOCK) as file:
        for line in file:
            if line.startswith("uv==") or (lines and line.startswith(" ")):
                lines.append(line)
            elif lines:
                break
    with tempfile.NamedTemporaryFile("w", suffix=".txt", dir=STATE) as requirements:
        requirements.write("".join(lines))
        requirements.flush()
        run([VENV_PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements.name])


def run(command: "list[str]") -> None:
    """Run one step; its output goes to a log, whose gist makes the sentence when it fails."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", PIP_DISABLE_PIP_VERSION_CHECK="1")
    with open(LOG, "ab") as log:
        beginning = log.seek(0, os.SEEK_END)
        status = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=ROOT)
    if status == 0:
        return
    with open(LOG, "rb") as log:
        log.seek(beginning)
        said = log.read().decode("utf-8", "replace")
    if "No space left on device" in said or "os error 28" in said:
        raise Arret(disk_full())
    if "ensurepip" in said:
        raise Arret("Il manque le module venv de Python : installez-le (apt install python3-venv), puis recommencez.")
    raise Arret(
        "L'installation a échoué : vérifiez l'accès à Internet (ou au miroir de paquets), puis recommencez ;"
        " le détail est dans %s." % os.path.relpath(LOG, os.getcwd())
    )


def disk_full() -> str:
    sentence = "Le disque est plein : libérez au moins %d Mo là où se trouve %s, puis recommencez."
    return sentence % (ROOM_NEEDED_MB, ROOT)


def install_system_packages() -> None:
    """Chromium for the browser tests and Pango for the PDFs: installed when we may, else asked for."""
    missing = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        missing += CHROMIUM_PACKAGES
    if not (ctypes.util.find_library("pango-1.0") and ctypes.util.find_library("pangoft2-1.0")):
        missing += PANGO_PACKAGES
    if not missing:
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        say("Installation de " + " ".join(missing))
        path = "/usr/local/sbin:/usr/sbin:/sbin:" + os.environ.get("PATH", os.defpath)
        environment = dict(os.environ, PATH=path, DEBIAN_FRONTEND="noninteractive")
        install_command = [apt, "install", "--yes", "--quiet", "--no-install-recommends"] + missing
        with open(LOG, "ab") as log:
            for command in ([apt, "update", "--quiet"], install_command):
                status = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        if status == 0:
            return
    say("Il manque des paquets du système : les tests qui s'en servent seront sautés. Pour les lancer aussi :")
    say("  sudo apt install " + " ".join(missing))


def parallel_options(options: "list[str]") -> "list[str]":
    """Two workers for the whole suite; none when a file, a test or a debugger is asked for."""
    alone = any(".py" in option or option.startswith(("-n", "-p", "--pdb", "--numprocesses")) for option in options)
    return [] if alone else ["-n", "2", "--dist", "worksteal"]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Arret as arret:
        sys.exit("Erreur : %s" % arret)
    except KeyboardInterrupt:
        sys.exit("Installation interrompue : relancez la même commande pour la reprendre.")
    except OSError as erreur:
        if erreur.errno == 28:
            sys.exit("Erreur : %s" % disk_full())
        sentence = "Erreur : le système refuse une opération (%s) : vérifiez que %s appartient à votre compte."
        sys.exit(sentence % (erreur, ROOT))
