"""Measures Gatehouse against what the machine allows, and prints a table; bin/bench builds and calls it."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import figures
import limits
import load
import server as gatehouse

DATABASES = {"sqlite": ["SQLite"], "postgres": ["PostgreSQL"], "all": ["SQLite", "PostgreSQL"]}


def main():
    """Runs what the command line asks for; the exit status tells whether all targets are met."""
    arguments = parse()
    # Whatever ends the run, the servers it has started end with it.
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: sys.exit(1))
    if os.getloadavg()[0] > 0.5:
        print("==> Something else was busy on this machine a moment ago; figures are worth little if it goes on",
              file=sys.stderr)
    found = []
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench.") as directory:
        machine = describe(directory)
        try:
            for database in DATABASES[arguments.database]:
                measure(arguments, database, Path(directory) / database, found)
        finally:
            # Also when a figure could not be taken: those before it were.
            print_table(machine, found)
            if arguments.json:
                lines = [asdict(figure) | {"ratio": figure.ratio, "is_met": figure.is_met} for figure in found]
                Path(arguments.json).write_text(json.dumps({"machine": machine, "figures": lines}, indent=2) + "\n")
    return 0 if all(figure.is_met for figure in found) else 1


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("database", nargs="?", default="all", choices=DATABASES)
    parser.add_argument("names", nargs="*", metavar="name", help=" ".join(figures.ALL) + " (by default all)")
    parser.add_argument("--binary", required=True, help="the release build of gatehouse")
    parser.add_argument(
        "--events", type=int, default=1_000_000, help="how many events the log holds for the figure dashboard (1,000,000)")
    parser.add_argument("--json", help="the file to write the figures to")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(figures.ALL)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: not one of {' '.join(figures.ALL)}")
    return arguments


def measure(arguments, database, directory, found):
    """Adds the figures of one database to `found`, each as soon as it is there."""
    directory.mkdir()
    data = directory / "data"
    url = os.environ["TEST_DATABASE_URL"] if database == "PostgreSQL" else f"sqlite:{data}/gatehouse.db"
    print(f"==> {database}: an owner, 500 clients, {gatehouse.ACCOUNTS} accounts", file=sys.stderr)
    password = gatehouse.prepare(arguments.binary, data, url)
    site = figures.Site(arguments.binary, database, url, directory, password, arguments.events)
    for name, figure in figures.ALL.items():
        if not arguments.names or name in arguments.names:
            print(f"==> {database}: {name}", file=sys.stderr)
            found.extend(figure(site))


def describe(directory):
    """The machine, as far as it matters."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}",
        "disk syncs per second": round(limits.syncs_per_second(directory, 2)),
        "rate limits": "on, but too high to refuse anybody",
    }


def print_table(machine, found):
    """Prints the machine and the figures."""
    print("\n" + ", ".join(f"{name}: {value}" for name, value in machine.items()) + "\n")
    rows = [("figure", "database", "measured", "limit", "ratio", "target", "")]
    for figure in found:
        limit = figure.limit_name
        if figure.unit == "/s" and not limit.endswith("/s"):
            limit = f"{figure.limit:,.0f}/s {limit}"
        rows.append((
            figure.name, figure.database, f"{figure.value:,.{0 if figure.value >= 100 else 1}f} {figure.unit}", limit,
            f"{figure.ratio:.2f}", f"{'>=' if figure.at_least else '<'} {figure.target}", "met" if figure.is_met else "MISSED"))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (gatehouse.ServerFailed, load.LoadFailed, OSError) as error:
        sys.exit(f"bin/bench: {error}")
