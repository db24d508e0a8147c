"""Load on a server: wrk, which costs little on the cores that it shares with the server."""

import contextlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

LUA = Path(__file__).resolve().parent / "lua"
MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


@dataclass
class Load:
    """What wrk saw."""

    rate: float
    """Answers in a second."""
    p50: float
    """Milliseconds within which half of the answers came."""
    p99: float
    """Milliseconds within which 99 of 100 answers came."""
    answers: int


class LoadFailed(Exception):
    """Some answers were refusals or did not come, so the rate means nothing."""


def command(url, seconds, connections, script=None, arguments=(), bearer=None):
    """The command line of wrk, with one thread: one is far from busy at the rates met here."""
    line = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--latency"]
    if bearer:
        line += ["--header", f"Authorization: Bearer {bearer}"]
    if script:
        line += ["--script", str(LUA / script)]
    return line + [url, "--", *map(str, arguments)]


def run(url, seconds, connections, **options):
    """Loads `url` and returns what wrk saw; every answer has to be a success."""
    line = command(url, seconds, connections, **options)
    done = subprocess.run(line, capture_output=True, text=True, timeout=seconds + 30)
    text = done.stdout
    if done.returncode or "Requests/sec" not in text or "Non-2xx" in text or "Socket errors" in text or "\n  0 requests in" in text:
        raise LoadFailed(f"{url}:\n{text}{done.stderr}")

    def percentile(share):
        number, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s|m)\b", text).groups()
        return float(number) * MILLISECONDS[unit]

    return Load(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), p50=percentile(50), p99=percentile(99),
        answers=int(re.search(r"(\d+) requests in", text)[1]))


@contextlib.contextmanager
def in_background(url, seconds, connections, **options):
    """Keeps `url` under load while the body runs, for at most `seconds`."""
    line = command(url, seconds, connections, **options)
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        if process.poll() is not None:
            raise LoadFailed(f"{url}: the load in the background ended too early")
    finally:
        process.terminate()
        process.wait()
