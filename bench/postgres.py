"""PostgreSQL's own programs."""

import glob
import os
import shutil
import subprocess


def program(name):
    """The path of a program of PostgreSQL: Debian's newest, or the one on the PATH."""
    found = glob.glob(f"/usr/lib/postgresql/*/bin/{name}") + glob.glob(f"/opt/homebrew/opt/postgresql@*/bin/{name}")
    path = max(found, key=lambda path: [int(part) for part in path.replace("@", "/").split("/") if part.isdigit()],
               default=shutil.which(name))
    if not path or not os.access(path, os.X_OK):
        raise OSError(f"there is no {name}; bin/setup bench installs it")
    return path


def run(url, statement, seconds=120):
    """Runs SQL, and returns what it prints: columns by |, rows by lines."""
    done = subprocess.run(
        [program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
         f"--dbname={url}", f"--command={statement}"], capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        raise OSError("psql: " + done.stderr)
    return done.stdout.strip()
