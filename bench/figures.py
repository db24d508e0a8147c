"""The measurements. Each figure is held against a limit that is measured in turn with it, three times; medians count."""

import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import book as growing
import dashboard as log
import enumeration as timing
import cost
import factors
import importing
import limits
import lists as smart
import load
import search as searching
import server as gatehouse
import sessions
import shipped

ROUNDS = 3
SATURATED_POOL = dict(connections=32, script="login.lua", arguments=(gatehouse.ACCOUNTS, gatehouse.PASSWORD))
POSTGRES_CONNECTIONS = 10
"""How many the server has to its database, and so how many pgbench gets."""
CONNECTIONS = (64, 128)
"""To the server."""
LIVE_SESSIONS = 100_000
FLUSH = 17
"""Seconds within which the server has surely written down the activity of sessions."""


@dataclass
class Figure:
    """A line of the table."""

    name: str
    database: str
    value: float
    unit: str
    limit: float
    limit_name: str
    target: float
    at_least: bool
    """Whether the ratio has to be at least the target, or below it."""

    @property
    def ratio(self):
        """The figure as a part of its limit."""
        return self.value / self.limit

    @property
    def is_met(self):
        """Whether the target is met."""
        return self.ratio >= self.target if self.at_least else self.ratio < self.target


@dataclass
class Site:
    """A database with data in it, and the program to serve it."""

    binary: str
    database: str
    url: str
    directory: Path
    owner_password: str
    events: int
    """How long the security log is that the dashboard looks at."""

    def server(self, name="data", environment=None):
        """A server that runs in this site."""
        return gatehouse.Server(self.binary, self.directory / name, self.url, environment=environment)

    def owner_token(self, server):
        """An access token of the owner."""
        return server.sign_in(gatehouse.OWNER, self.owner_password)["accessToken"]


def in_turn(*measurements):
    """The medians of measurements that take turns, so that what else happens on the machine hits them alike."""
    rounds = [[measure() for measure in measurements] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds)]


def start(site):
    """From starting the program to the first answer, on a database that is there already."""
    seconds = []
    for _ in range(5):
        with site.server() as server:
            seconds.append(server.seconds_to_first_answer)
    value = statistics.median(seconds) * 1000
    yield Figure("start to first answer", site.database, value, "ms", 200, "200 ms", 1, at_least=False)


def logins(site):
    """Sign-ins against raw hashes; and how long everybody else waits meanwhile."""
    with site.server() as server:
        token = site.owner_token(server)
        flood = server.origin + "/v1/auth/login"
        clients = server.origin + "/v1/clients?limit=20"
        load.run(flood, 1, **SATURATED_POOL)
        hashes, rate = in_turn(
            lambda: limits.hashes_per_second(3), lambda: load.run(flood, 4, **SATURATED_POOL).rate)
        yield Figure("logins", site.database, rate, "/s", hashes, "raw Argon2id hashes", 0.9, at_least=True)

        def wait():
            with load.in_background(flood, 30, **SATURATED_POOL):
                time.sleep(0.5)
                return load.run(clients, 4, 2, script="light.lua", bearer=token).p99

        value, = in_turn(wait)
        yield Figure(
            "page of clients, p99 while logins saturate", site.database, value, "ms", 50, "50 ms", 1, at_least=False)


def refreshes(site):
    """Refreshes against what the database allows at best."""
    with site.server() as server:
        def refresh(connections, seconds):
            chains = site.directory / "chains"
            # Two more than connections: wrk takes one to look at.
            chains.write_text("\n".join(server.refresh_tokens(connections + 2)) + "\n")
            return load.run(
                server.origin + "/v1/auth/refresh", seconds, connections, script="refresh.lua", arguments=(chains,)).rate

        if site.database == "PostgreSQL":
            refresh(CONNECTIONS[0], 1)
            statements, rate = in_turn(
                lambda: limits.refreshes_by_pgbench(site.url, site.directory, 4, POSTGRES_CONNECTIONS),
                lambda: refresh(CONNECTIONS[0], 4))
            yield Figure(
                f"refreshes, {CONNECTIONS[0]} connections", site.database, rate, "/s", statements,
                "one statement by pgbench", 0.5, at_least=True)
            return
        refresh(CONNECTIONS[0], 1)
        for connections in CONNECTIONS:
            syncs, rate = in_turn(
                lambda: limits.syncs_per_second(site.directory, 1), lambda: refresh(connections, 3))
            limit, name = min((5000, "5,000/s"), (20 * syncs, f"20 x {syncs:,.0f} disk syncs"))
            yield Figure(
                f"refreshes, {connections} connections", site.database, rate, "/s", limit, name, 1, at_least=True)


def pages(site):
    """A page of 20 of 500 clients, with access token, against the barest answer of the same server."""
    with site.server() as server:
        token = site.owner_token(server)
        health, clients = server.origin + "/health", server.origin + "/v1/clients?limit=20"
        for url in (health, clients):
            load.run(url, 1, 16, bearer=token)
        bare, rate = in_turn(
            lambda: load.run(health, 3, 16, bearer=token).rate, lambda: load.run(clients, 3, 16, bearer=token).rate)
        yield Figure("pages of clients", site.database, rate, "/s", bare, "/health", 0.3, at_least=True)


def limits_on(site):
    """Refreshes and sign-ins with the limits on, as it ships, against the same with them off: each with a server of its own, in turn."""
    for connections in shipped.CONNECTIONS:
        sources = {"one address": 1}
        if connections == shipped.CONNECTIONS[1]:
            sources[f"{shipped.ADDRESSES:,} addresses"] = shipped.ADDRESSES
        for name, addresses in sources.items():
            off, on = in_turn(
                lambda: shipped.refreshes(site, connections, 4, limits=gatehouse.LIMITS_OFF, addresses=addresses),
                lambda: shipped.refreshes(site, connections, 4, addresses=addresses))
            yield Figure(
                f"refreshes, limits on, {connections} connections, {name}", site.database, on, "/s", off, "limits off", 0.95,
                at_least=True)
    connections = shipped.CONNECTIONS[1]
    if site.database == "PostgreSQL":
        statements, rate = in_turn(
            lambda: limits.refreshes_by_pgbench(site.url, site.directory, 4, connections),
            lambda: shipped.refreshes(site, connections, 4))
        yield Figure(
            f"refreshes, limits on, {connections} connections", site.database, rate, "/s", statements,
            f"one statement by pgbench, {connections} connections", 0.55, at_least=True)
    many, one = in_turn(
        lambda: shipped.logins(site, SATURATED_POOL["connections"], 4, addresses=shipped.ADDRESSES),
        lambda: shipped.logins(site, SATURATED_POOL["connections"], 4))
    yield Figure("logins, all from one address", site.database, one, "/s", many, "from many addresses", 0.95, at_least=True)


def agents(site):
    """Pages of an agent against those of the owner, and in a large book against a small one; `/v1/auth/verify` against `/health`. The
    book stays large, so it comes late."""
    latencies = []
    for count in shipped.BOOKS:
        shipped.fill(site, count)
        with site.server() as server:
            owner = site.owner_token(server)
            agent = server.sign_in("agent1@example.com", gatehouse.PASSWORD)["accessToken"]
            page = server.origin + "/v1/clients?limit=20"

            def load_page(token, connections):
                return load.run(page, 3, connections, bearer=token)

            for token in (owner, agent):
                load.run(page, 1, 16, bearer=token)
            # One at a time: how long a page takes, and not how long it waits for others.
            latencies.append(in_turn(lambda: load_page(agent, 1).p50)[0])
            if count != shipped.BOOKS[0]:
                continue
            for connections in shipped.CONNECTIONS:
                owners, agents_rate = in_turn(
                    lambda: load_page(owner, connections).rate, lambda: load_page(agent, connections).rate)
                yield Figure(
                    f"an agent's pages, {connections} connections", site.database, agents_rate, "/s", owners, "the owner's pages",
                    0.9, at_least=True)
                health, verify = server.origin + "/health", server.origin + "/v1/auth/verify"
                bare, rate = in_turn(
                    lambda: load.run(health, 3, connections).rate, lambda: load.run(verify, 3, connections, bearer=agent).rate)
                yield Figure(
                    f"/v1/auth/verify, {connections} connections", site.database, rate, "/s", bare, "/health", 0.8, at_least=True)
    yield Figure(
        f"an agent's page of {shipped.BOOKS[1]:,} clients, p50", site.database, latencies[1], "ms", latencies[0],
        f"of {shipped.BOOKS[0]:,} ({latencies[0]:.2f} ms)", 1.5, at_least=False)


def search(site):
    """Searches of owner and agents in books of three sizes, one at a time. Puts other clients in the place of those that are there."""
    for name, median, p99 in searching.latencies(site):
        # Without the extension it is there to be seen, not a promise.
        most = 2_000 if searching.WITHOUT in name else 50
        yield Figure(f"{name}, p99 (median {median:.1f} ms)", site.database, p99, "ms", most, f"{most:,} ms", 1, at_least=False)


def lists(site):
    """Counts and pages of smart lists, one at a time. Puts other clients in the place of those that are there."""
    for name, median, p99 in smart.latencies(site):
        if name.startswith("count"):
            yield Figure(f"{name} (p99 {p99:.1f} ms)", site.database, median, "ms", 20, "20 ms", 1, at_least=False)
        else:
            yield Figure(f"{name}, p99 (median {median:.1f} ms)", site.database, p99, "ms", 50, "50 ms", 1, at_least=False)


def imports(site):
    """Files of clients: how fast they come in, by an owner and by an agent, and what others feel of it. Linux alone. The clients stay."""
    if not Path("/proc/self/status").exists():
        return
    least = 20_000 if site.database == "SQLite" else 10_000
    for who in ("owner", "agent"):
        rate, more, page, client, longest = importing.run(site, who)
        yield Figure(f"import by {who}, rows", site.database, rate, "/s", least, f"{least:,}/s", 1, at_least=True)
        yield Figure(f"import by {who}, memory above idle", site.database, more, "MB", 64, "64 MB", 1, at_least=False)
        yield Figure(f"import by {who}, others' pages, p99", site.database, page, "ms", 50, "50 ms", 1, at_least=False)
        yield Figure(
            f"import by {who}, others' new clients, p99 (longest {longest:.0f} ms)", site.database, client, "ms", 100, "100 ms", 1,
            at_least=False)


def book(site):
    """Pages, clients, imports and exports while the book grows to a million: the growth is the figure. Linux alone. The clients stay."""
    if not Path("/proc/self/status").exists():
        return
    least = 20_000 if site.database == "SQLite" else 10_000
    first, there = None, 500
    for count in growing.SIZES:
        size = growing.Size(count)
        there = growing.grow(site, size, there)
        growing.look(site, size)
        growing.export(site, size)
        first = first or size
        for name, (bare, rate) in size.rates.items():
            yield Figure(f"page of 20, {name}, of {count:,}", site.database, rate, "/s", bare, "/health", 0.35, at_least=True)
        for what in ("page", "client"):
            small, large = getattr(first, what), getattr(size, what)
            for name, value in large.items():
                yield Figure(
                    f"{what}, {name}, of {count:,}, p50", site.database, value, "ms", small[name], f"of 10,000 ({small[name]:.2f} ms)",
                    1.3, at_least=False)
        rate, more = size.imports["owner"]
        yield Figure(f"import by owner up to {count:,}, rows", site.database, rate, "/s", least, f"{least:,}/s", 1, at_least=True)
        yield Figure(f"import by owner up to {count:,}, memory above idle", site.database, more, "MB", 64, "64 MB", 1, at_least=False)
        for kind, (rate, more, waits) in size.exports.items():
            yield Figure(f"export of {count:,} as {kind}, rows", site.database, rate, "/s", 100_000, "100,000/s", 1, at_least=True)
            yield Figure(f"export of {count:,} as {kind}, memory above idle", site.database, more, "MB", 64, "64 MB", 1, at_least=False)
            yield Figure(f"export of {count:,} as {kind}, others' pages, p99", site.database, waits, "ms", 50, "50 ms", 1, at_least=False)


def memory(site):
    """Resident memory: idle, and at its highest with many sessions that are all in use while logins saturate. Linux alone."""
    if not Path("/proc/self/status").exists():
        return
    with site.server() as server:
        time.sleep(3)
        _, highest = server.memory()
        yield Figure("memory, idle", site.database, highest, "MB", 80, "80 MB", 1, at_least=False)
        session = sessions.session_of(site.owner_token(server))
    sessions.copy(site.url, session, LIVE_SESSIONS)
    with site.server() as server:
        tokens = site.directory / "tokens"
        sessions.write_tokens(tokens, site.owner_token(server), LIVE_SESSIONS)
        with load.in_background(server.origin + "/v1/auth/login", 120, **SATURATED_POOL):
            touched = load.run(
                server.origin + "/v1/clients?limit=1", 60, 8, script="sessions.lua", arguments=(tokens,)).answers
            if touched < LIVE_SESSIONS - 8:
                raise load.LoadFailed(f"only {touched} sessions were used in time")
            time.sleep(FLUSH)
            _, highest = server.memory()
        yield Figure(
            "memory, 100,000 sessions, logins saturate", site.database, highest, "MB", 150, "150 MB", 1, at_least=False)


def enumeration(site):
    """What the time of an answer tells about whether an address has an account."""
    for name, milliseconds, difference in timing.differences(site):
        yield Figure(
            f"{name}: known and unknown apart, of {milliseconds:.2f} ms", site.database, difference * 100, "%", 3, "3 %", 1,
            at_least=False)


def second_factors(site):
    """Sign-ins with a passkey against those with a password; and what a second step costs, on Linux alone."""
    with site.server(environment=factors.ENVIRONMENT) as server:
        passkeys = factors.Passkeys(site, server)
        passkeys.sign_ins_per_second(1)
        with_password, with_passkey = in_turn(
            lambda: load.run(
                server.origin + "/v1/auth/login", 4, connections=factors.CONNECTIONS, script="login.lua",
                arguments=(factors.WITH_PASSWORD, gatehouse.PASSWORD)).rate,
            lambda: passkeys.sign_ins_per_second(4))
        yield Figure(
            "sign-ins with a passkey", site.database, with_passkey, "/s", with_password, "sign-ins with a password", 20,
            at_least=True)
    if not Path("/proc/self/schedstat").exists():
        return
    yield Figure(
        "a second step, processor", site.database, factors.second_step(site), "ms", 2, "2 ms", 1, at_least=False)


def dashboard(site):
    """The dashboard over a long security log, and pages of it. Fills the log for good, so it comes last."""
    for name, median, p99 in log.latencies(site, site.events):
        yield Figure(
            f"{name}, {site.events:,} events, median (p99 {p99:.1f} ms)", site.database, median, "ms", 10, "10 ms", 1,
            at_least=False)


def lookups(site):
    """What is looked up in memory on each request; the same on both databases, so measured with the first."""
    if site.database != "SQLite":
        return
    program = Path(site.binary).with_name("microbench")
    data = Path(__file__).resolve().parent.parent / "Tests/SecurityEventsTests/Data"
    lines = subprocess.run([program, data], capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()
    for line in lines:
        name, nanoseconds, limit = line.split("\t")
        yield Figure(
            name, "–", float(nanoseconds) / 1000, "us", float(limit) / 1000, f"{float(limit) / 1000:g} us", 1,
            at_least=False)


def cost_of_seeing(site):
    """All of detection, alerts, audit and metrics on against off, over a modelled working day. Linux alone."""
    if not Path("/proc/self/schedstat").exists():
        return
    off, on = cost.days(site)
    hours = cost.HOURS * 3600
    yield Figure(
        f"a day of {gatehouse.ACCOUNTS} people: processor, all on ({on.processor:.0f} s) less all off ({off.processor:.0f} s)",
        site.database, (on.processor - off.processor) / hours * 100, "%", 1, "1 % of one core", 1, at_least=False)
    yield Figure(
        f"a day: memory, all on ({on.memory:.0f} MB) less all off ({off.memory:.0f} MB)", site.database, on.memory - off.memory,
        "MB", 21, "21 MB", 1, at_least=False)
    if site.database == "PostgreSQL":
        more = (on.statements - off.statements) / gatehouse.ACCOUNTS / cost.HOURS
        yield Figure(
            f"a day: statements for a person and hour, all on ({on.statements:,}) less all off ({off.statements:,})",
            site.database, more, "", 10, "10", 1.5, at_least=False)


ALL = {"cost": cost_of_seeing, "start": start, "logins": logins, "refreshes": refreshes, "pages": pages, "memory": memory,
    "enumeration": enumeration, "factors": second_factors,
    "lookups": lookups, "limits": limits_on, "agents": agents, "search": search, "lists": lists, "import": imports, "book": book, "dashboard": dashboard}
