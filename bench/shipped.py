"""What is measured as it ships: limits on, people who are no owners, few connections and many, one address and many."""

import sqlite3
import uuid

import load
import postgres
import server as gatehouse

CONNECTIONS = (1, 16, 64)
OWN = 300
"""How many clients the agent has whose page is asked for, whatever the brokerage has."""
DEMO = 500
"""How many there are before."""
BOOKS = (10_000, 1_000_000)
STEP = 50_000
"""How many clients PostgreSQL is given at once."""
ADDRESSES = 10_000
"""Of as many addresses requests come when they come from many: more than there is a limit for in a window with the default maximum."""
BEHIND_PROXY = {"TRUSTED_PROXIES": "127.0.0.1"}
CLIENT = """first_name, last_name, emails, phones, addresses, tags, collaborators, stage, source, price, background, search_text,
    sort_name, deleted_at, version"""
READERS = """INSERT INTO client_reader (user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at)
    SELECT assigned_to, id, stage, sort_name, created_at, updated_at, last_activity_at FROM client
    WHERE deleted_at IS NULL AND assigned_to IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM client_reader WHERE client_reader.client_id = client.id)"""


def refreshes(site, connections, seconds, *, limits=gatehouse.LIMITS_ON, addresses=1):
    """Refreshes a second, with a server of their own."""
    with site.server(environment=limits | BEHIND_PROXY) as server:
        def refresh(seconds):
            chains = site.directory / "chains"
            # Two more than connections: wrk takes one to look at.
            chains.write_text("\n".join(server.refresh_tokens(connections + 2)) + "\n")
            return load.run(
                server.origin + "/v1/auth/refresh", seconds, connections, script="refresh.lua",
                arguments=(chains, addresses)).rate

        refresh(1)
        return refresh(seconds)


def logins(site, connections, seconds, *, limits=gatehouse.LIMITS_ON, addresses=1):
    """Sign-ins a second, with a server of their own."""
    with site.server(environment=limits | BEHIND_PROXY) as server:
        def sign_in(seconds):
            return load.run(
                server.origin + "/v1/auth/login", seconds, connections, script="login.lua",
                arguments=(gatehouse.ACCOUNTS, gatehouse.PASSWORD, addresses)).rate

        sign_in(1)
        return sign_in(seconds)


def fill(site, count):
    """Has the brokerage count `count` clients more or less: the first agent has `OWN` of them, the others the rest. The next server that
    starts counts them."""
    if site.database == "SQLite":
        connection = sqlite3.connect(site.url.removeprefix("sqlite:"), isolation_level=None)
        connection.execute("PRAGMA cache_size = -1000000")
        number, = connection.execute("SELECT COUNT(*) FROM client WHERE deleted_at IS NULL").fetchone()
        people = [row[0] for row in connection.execute(
            "SELECT id FROM account WHERE email LIKE 'agent%@example.com' ORDER BY LENGTH(email), email")]
        connection.execute("BEGIN")
        connection.executemany(
            f"""INSERT INTO client (id, assigned_to, created_at, updated_at, last_activity_at, {CLIENT})
            SELECT ?, ?, created_at - ?3, updated_at - ?3, last_activity_at - ?3, {CLIENT}
            FROM client WHERE id = (SELECT MIN(id) FROM client WHERE deleted_at IS NULL AND id > x'01')""",
            ((identity(turn).bytes, owner_of(turn, people), turn * 1000) for turn in range(number, count)))
        connection.execute(READERS)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.close()
        return
    there = int(postgres.run(site.url, "SELECT COUNT(*) FROM client WHERE deleted_at IS NULL"))
    for start in range(there, count, STEP):
        postgres.run(site.url, f"""
            INSERT INTO client (id, assigned_to, created_at, updated_at, last_activity_at, {CLIENT})
            SELECT (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid,
                people.ids[CASE WHEN n < {DEMO + OWN} THEN 1 ELSE 2 + n % (array_length(people.ids, 1) - 1) END],
                created_at - n * 1000, updated_at - n * 1000, last_activity_at - n * 1000, {CLIENT}
            FROM (SELECT array_agg(id ORDER BY length(email), email) AS ids FROM account
                    WHERE email LIKE 'agent%@example.com') AS people,
                (SELECT * FROM client WHERE deleted_at IS NULL ORDER BY id DESC LIMIT 1) AS client,
                generate_series({start}, {min(start + STEP, count)} - 1) AS n""")
    postgres.run(site.url, READERS)
    postgres.run(site.url, "VACUUM (ANALYZE) client, client_reader")


def identity(number):
    """The identity of the client of that number, of the form that the server gives."""
    return uuid.UUID(int=number << 80 | 7 << 76 | 2 << 62)


def owner_of(number, people):
    """Whose the client of that number is."""
    return people[0] if number < DEMO + OWN else people[1 + number % (len(people) - 1)]
