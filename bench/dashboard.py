"""The dashboard and the pages of events over a long security log.

The events are made here and put into the table; the server itself seals and counts them, so that all that lies beside them (the seals, the
checkpoints, the figures by the hour) is what the server would hold after three months of such events.
"""

import random
import sqlite3
import subprocess
import time
import uuid

import load
import postgres

DAYS = 90
PEOPLE = 2_000
TYPES = {
    "token_refresh": 700, "login_success": 120, "login_failed": 70, "logout": 50, "rate_limited": 30, "reauthenticated": 10,
    "new_device_login": 8, "lockout_attempt_while_locked": 5, "account_locked": 3, "data_export": 2, "token_theft_detected": 1,
    "geo_anomaly_detected": 1}
"""How many of a thousand events are of each type."""
ABOUT_NOBODY = ("rate_limited",)
COLUMNS = "id, type, at, user_id, session_id, ip, user_agent, request_id, detail"
LOWEST = "(lpad(to_hex(extract(epoch FROM {0})::bigint * 1000), 12, '0') || repeat('0', 20))::uuid"
NEXT = "(month + interval '1 month')"
MONTHS = f"""
    SELECT security_event_add_part('security_event_' || to_char(month, 'YYYY_MM'), {LOWEST.format('month')}, {LOWEST.format(NEXT)})
    FROM generate_series(
        date_trunc('month', now() AT TIME ZONE 'UTC' - interval '{DAYS} days'),
        date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month', interval '1 month') AS month"""
"""Makes the months before the present one, which the server would have made in their time."""
RARE = "198.51.100.77"
"""An address that is in no event: a filter by it has the most to look at."""
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
WINDOWS = ("24h", "7d", "30d")
PAGES = {
    "first page": "", "of a type": "&type=token_theft_detected", "of a severity": "&severity=critical",
    "of a person": f"&userId={uuid.UUID(int=7)}", "of an address": f"&ip={RARE}",
    "of a day long ago": "&from={long_ago}&to={day_after}"}


def latencies(site, count):
    """Median and 99th percentile in milliseconds, by what is asked for."""
    fill(site, count)
    with site.server() as server:
        wait_until_sealed(site, server, count)
        token = site.owner_token(server)
        moments = {name: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86_400))
                   for name, days in (("long_ago", 80), ("day_after", 79))}
        asked = {f"dashboard, {window}": f"/v1/security/dashboard?window={window}" for window in WINDOWS}
        asked |= {f"events, {name}": f"/v1/security/events?limit=20{query.format(**moments)}" for name, query in PAGES.items()}
        for name, path in asked.items():
            load.run(server.origin + path, 1, 1, bearer=token)
            found = load.run(server.origin + path, 4, 1, bearer=token)
            yield name, found.p50, found.p99


def fill(site, count):
    """Puts events into the log, oldest first, and has the server look for what is not sealed from the beginning."""
    if site.database == "SQLite":
        connection = sqlite3.connect(site.url.removeprefix("sqlite:"), isolation_level=None)
        connection.execute("PRAGMA cache_size = -1000000")
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO security_event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", events(count))
        connection.execute("UPDATE security_log SET sealed_at = 0")
        connection.execute("COMMIT")
        connection.close()
        return
    postgres.run(site.url, MONTHS)
    copy = subprocess.Popen(
        [postgres.program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={site.url}",
         f"--command=COPY security_event ({COLUMNS}) FROM STDIN"], stdin=subprocess.PIPE, text=True)
    with copy.stdin as lines:
        for event in events(count):
            lines.write("\t".join(
                "\\N" if field is None else field.hex() if isinstance(field, bytes) else str(field) for field in event) + "\n")
    if copy.wait():
        raise OSError("psql did not take the events")
    postgres.run(site.url, "UPDATE security_log SET sealed_at = 0; ANALYZE security_event")


def events(count):
    """Events of the last months, spread evenly; the same in each run but for the moments."""
    chance = random.Random(1)
    types = [name for name, share in TYPES.items() for _ in range(share)]
    people = [uuid.UUID(int=number).bytes for number in range(1, PEOPLE + 1)]
    sessions = [uuid.UUID(int=number << 64).bytes for number in range(1, PEOPLE + 1)]
    start, length = int((time.time() - DAYS * 86_400) * 1000), (DAYS * 86_400 - 3_600) * 1000
    for number in range(count):
        at, bits = start + length * number // count, chance.getrandbits(74)
        identity = at << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (1 << 62) - 1
        name, person = types[bits % 1000], bits // 1000 % PEOPLE
        is_about = name not in ABOUT_NOBODY
        yield (
            identity.to_bytes(16, "big"), name, at, people[person] if is_about else None, sessions[person] if is_about else None,
            f"203.0.{person >> 8}.{person & 255}", AGENT, str(uuid.UUID(int=identity)), "{}")


def wait_until_sealed(site, server, count):
    """Returns when the server has sealed and counted all events."""
    last, since = 0, time.monotonic()
    while True:
        # A token of its own each time, because ten million events take longer than a token lasts.
        sealed = server.get("/v1/security/audit", site.owner_token(server))["sealedUpTo"]
        if sealed >= count:
            return
        # The sign-ins here are events as well.
        if sealed > last + 100:
            last, since = sealed, time.monotonic()
        if time.monotonic() - since > 120:
            raise load.LoadFailed(f"only {sealed} of {count} events were sealed")
        time.sleep(5)
