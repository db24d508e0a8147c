"""What seeing, saying and proving cost: a modelled working day of an office with all of it on, against the same day with all of it off."""

import http.client
import json
import time
from dataclasses import dataclass
from pathlib import Path

import factors
import postgres
import server as gatehouse

DATA = Path(__file__).resolve().parent.parent / "Tests/SecurityEventsTests/Data"
HOURS = 8
REFRESHES, PAGES, CLIENTS, EDITS = 4, 30, 1, 4
"""What each person does in an hour."""
SETTLED = 8
"""Seconds in which what the day has left to do is surely done."""
IDLE = 10
LONDON = "81.2.69.160"
OFF = {
    "ENABLE_SECURITY_EVENT_LOGGING": "false", "ENABLE_DEVICE_FINGERPRINT_CHECK": "false",
    "ENABLE_IP_ANOMALY_DETECTION": "false", "ENABLE_RISK_BASED_AUTH": "false"}
ON = {
    "ENABLE_SECURITY_EVENT_LOGGING": "true", "ENABLE_DEVICE_FINGERPRINT_CHECK": "true", "DEVICE_MISMATCH_ACTION": "alert",
    "ENABLE_IP_ANOMALY_DETECTION": "true", "ENABLE_RISK_BASED_AUTH": "true", "RISK_CHALLENGE_THRESHOLD": "100",
    "GEOIP_DATABASE_PATH": str(DATA / "GeoIP2-City-Test.mmdb"), "GEOIP_ASN_DATABASE_PATH": str(DATA / "GeoLite2-ASN-Test.mmdb"),
    "SECURITY_LOG_SINK": "file:events.log", "AUDIT_ANCHOR": "file:anchor.log", "METRICS_TOKEN": "a token of the benchmark"}
PROXY = {"TRUSTED_PROXIES": "127.0.0.1"}


@dataclass
class Day:
    """What a day has cost the server."""

    work: float
    """Seconds of processor for what people did, and what followed from it."""
    idle: float
    """Seconds of processor in a second in which nobody does anything."""
    memory: float
    """Resident memory at its highest, in MB."""
    statements: int
    """Statements that PostgreSQL ran; 0 on SQLite, which does not count them."""

    @property
    def processor(self):
        """Seconds of processor in all its hours."""
        return self.work + self.idle * HOURS * 3600


def days(site):
    """The day with everything off, and with everything on."""
    return [day(site, name, environment | PROXY) for name, environment in (("off", OFF), ("on", ON))]


def day(site, name, environment):
    """Has every account work through its day, as fast as it goes, and counts."""
    with site.server(f"cost-{name}", environment) as server:
        gatehouse.in_parallel(lambda number: work(server, number, 1), range(1, gatehouse.ACCOUNTS + 1))
        time.sleep(SETTLED)
        statements, before = statements_of(site), factors.on_processor(server)
        gatehouse.in_parallel(lambda number: work(server, number, HOURS), range(1, gatehouse.ACCOUNTS + 1))
        time.sleep(SETTLED)
        busy, statements = (factors.on_processor(server) - before) / 1e9, statements_of(site) - statements
        before = factors.on_processor(server)
        time.sleep(IDLE)
        idle = (factors.on_processor(server) - before) / 1e9 / IDLE
        return Day(busy - idle * SETTLED, idle, server.memory()[1], statements)


def work(server, number, hours):
    """One person: a wrong password and the right one in the morning, then pages, clients and refreshes, and a sign-out."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    email = f"agent{number}@example.com"

    def ask(method, path, body=None, token=None, expected=(200, 201, 204)):
        headers = {"X-Forwarded-For": LONDON, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
        headers |= ({"Authorization": f"Bearer {token}"} if token else {})
        headers |= ({"Content-Type": "application/json"} if body is not None else {})
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        if response.status not in expected:
            raise gatehouse.ServerFailed(f"{method} {path}: {response.status} {text.decode()}")
        return json.loads(text) if text else None

    ask("POST", "/v1/auth/login", {"email": email, "password": "Wrong-" + gatehouse.PASSWORD}, expected=(401,))
    tokens = ask("POST", "/v1/auth/login", {"email": email, "password": gatehouse.PASSWORD, "tokenDelivery": "body"})
    for _ in range(hours):
        for _ in range(CLIENTS):
            client = ask("POST", "/v1/clients", {"firstName": "Bench", "lastName": "Client"}, tokens["accessToken"])
            for turn in range(EDITS):
                ask("PATCH", f"/v1/clients/{client['id']}", {"lastName": f"Client {turn}"}, tokens["accessToken"])
        for _ in range(PAGES):
            ask("GET", "/v1/clients?limit=20", token=tokens["accessToken"])
        for _ in range(REFRESHES):
            tokens = ask("POST", "/v1/auth/refresh", {"refreshToken": tokens["refreshToken"]})
    ask("POST", "/v1/auth/logout", {"refreshToken": tokens["refreshToken"]}, tokens["accessToken"])
    connection.close()


def statements_of(site):
    """How many statements PostgreSQL has run for the product; what opens and ends transactions is not one."""
    if site.database != "PostgreSQL":
        return 0
    postgres.run(site.url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    return int(postgres.run(
        site.url, "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query !~* '^(begin|commit|rollback|create)'"))
