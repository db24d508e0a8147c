"""A release build of Gatehouse on data of its own, started and stopped by the benchmark."""

import concurrent.futures
import http.client
import json
import os
import re
import socket
import subprocess
import time
from pathlib import Path

SECRET = "a secret for benchmarks alone, longer than thirty-two characters"
PASSWORD = "Harbour-7-Meadow-Lantern"
OWNER = "owner@example.com"
ACCOUNTS = 32
LIMITS = ("LOGIN", "REGISTER", "FORGOT_PASSWORD", "REFRESH", "SMS", "API", "HEALTH")
LIMITS_ON = {f"RATE_LIMIT_{name}_MAX": "1000000000" for name in LIMITS}
"""On, as it ships, and too high to refuse a load generator: each request is counted and told what is left."""
LIMITS_OFF = {f"RATE_LIMIT_{name}_MAX": "0" for name in LIMITS}
"""Off: for comparison alone."""


class ServerFailed(Exception):
    """The server did not start, or did not answer as it should."""


class Server:
    """`gatehouse serve` on a free port of the loopback interface; a context manager that stops it."""

    def __init__(self, binary, directory, database_url, *options, environment=None):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        environment = {
            "PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": str(self.port), "DATA_DIR": str(self.directory),
            "DATABASE_URL": database_url, "JWT_SECRET": SECRET, "GATEHOUSE_ENV": "development",
            "LOG_LEVEL": "warning", "REGISTRATION_MODE": "open",
        } | LIMITS_ON | (environment or {})
        with open(self.directory / "output", "wb") as output:
            started = time.perf_counter()
            self.process = subprocess.Popen(
                [binary, "serve", *options], cwd=self.directory, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT)
        try:
            self.wait_for_answer()
        except BaseException:
            self.stop()
            raise
        self.seconds_to_first_answer = time.perf_counter() - started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the server, and waits until it is gone."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def output(self):
        """What the server has printed."""
        return (self.directory / "output").read_text()

    def wait_for_answer(self):
        """Returns at the first 200 of `/health`."""
        for _ in range(20_000):
            if self.process.poll() is not None:
                raise ServerFailed(self.output)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.001)
            finally:
                connection.close()
        raise ServerFailed("no answer from /health: " + self.output)

    def post(self, path, body, token=None):
        """The JSON answer to a JSON request, on behalf of whoever `token` is."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.ask("POST", path, json.dumps(body), headers)

    def get(self, path, token):
        """The JSON answer to a request on behalf of whoever `token` is."""
        return self.ask("GET", path, None, {"Authorization": f"Bearer {token}"})

    def ask(self, method, path, body, headers):
        """The JSON answer, which has to be a success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status not in (200, 201):
            raise ServerFailed(f"{path}: {response.status} {text.decode()}")
        return json.loads(text)

    def sign_in(self, email, password):
        """The tokens of a new session."""
        return self.post("/v1/auth/login", {"email": email, "password": password, "tokenDelivery": "body"})

    def refresh_tokens(self, count):
        """As many refresh tokens, each of a session of its own."""
        addresses = [f"agent{turn % ACCOUNTS + 1}@example.com" for turn in range(count)]
        return in_parallel(lambda address: self.sign_in(address, PASSWORD)["refreshToken"], addresses)

    def memory(self):
        """The resident memory now and at its highest, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return tuple(int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))


def prepare(binary, directory, database_url):
    """Fills an empty database with an owner, 500 clients and the accounts `agent1@example.com` and so on; returns the owner's
    password."""
    with Server(binary, directory, database_url, "--demo") as server:
        addresses = [f"agent{number}@example.com" for number in range(1, ACCOUNTS + 1)]
        in_parallel(lambda address: server.post(
            "/v1/auth/register",
            {"email": address, "password": PASSWORD, "firstName": "Bench", "lastName": "Agent"}), addresses)
        return re.search(r"password\s+(\S+)", server.output)[1]


def in_parallel(work, items):
    """The results of `work` on each item, a few at a time."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(work, items))


def free_port():
    """A port of the loopback interface on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
