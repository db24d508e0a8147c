"""How long a search takes, over HTTP and one at a time: for the owner and for agents, in books of three sizes."""

import http.client
import random
import sqlite3
import statistics
import time
import urllib.parse
import uuid

import postgres
import server as gatehouse

BOOKS = (10_000, 100_000, 1_000_000)
AGENTS = {"agent1": 300, "agent2": 20_000}
"""Who has how many clients; of those of the second a tenth in the smallest book. The other agents have the rest."""
TURNS = 100
WARM_UP = 10
FILLING = 1_200
"""Seconds that one step of filling a book may take."""
WITHOUT = "without pg_trgm"
SYLLABLES = ("ba be bi bo bra cha che da de di do dra el en er fa fe fi ga ge gra ha he ho in is ja jo ka ke ki kla ko la le li lo ma me mi "
             "mo na ne ni no or os pa pe pi po qua ra re ri ro sa se sha si sto ta te ti to tra tu ul um va ve vi wa we wi ya yo za").split()
FIRST = "james mary robert anna john susan jose maria wei ana david karen an liam noah julia hana omar priya luis".split()
LAST = "smith johnson lee garcia martinez nguyen an brown davis anderson hansen kowalski obrien patel kim tran muller rossi".split()
TAGS = ("first-time buyer", "investor", "relocation", "cash buyer", "downsizing", "luxury")
SEARCHES = {
    "common": "an", "three letters": "son", "name": "lee", "rare": "klabim", "number": "512555", "two words": "maria garcia",
    "one letter": "q", "tag": "relocation", "nothing": "zzqxv"}


def made_up(count):
    """As many clients as rows of text: names, what they are found by, and moments."""
    dice = random.Random(12)
    rare = ["".join(dice.choices(SYLLABLES, k=3)) for _ in range(50_000)]
    now = int(time.time() * 1000)
    for number in range(count):
        first = dice.choice(FIRST) if dice.random() < 0.6 else dice.choice(rare)
        last = dice.choice(LAST) if dice.random() < 0.5 else dice.choice(rare)
        mail = f"{first}.{last}{dice.randrange(100)}@{dice.choice(rare)}.com"
        phone = f"1{dice.randrange(200, 999)}{dice.randrange(2_000_000, 9_999_999)}"
        address = f"{dice.randrange(1, 9900)} {dice.choice(rare)} street {dice.choice(rare)} tx {dice.randrange(10_000, 99_999)} us"
        tags = " ".join(dice.sample(TAGS, dice.randrange(3)))
        text = " ".join(f"{first} {last} \x01 {mail} \x02 {phone} \x03 {address} \x04 {tags}".split())
        created = now - dice.randrange(1, 1200 * 86_400_000)
        yield number, first, last, f" {text} ", created, dice.randrange(created, now)


def identity(number):
    """The identity of the client of that number, of the form that the server gives."""
    return uuid.UUID(int=number + 1 << 80 | 7 << 76 | 2 << 62)


def owner_of(number, people, count):
    """Whose the client of that number is: dealt out over the whole book, as in life."""
    seconds = min(AGENTS["agent2"], count // 10)
    if number % (count // AGENTS["agent1"]) == 0:
        return people[0]
    if number % (count // seconds) == 1:
        return people[1]
    return people[2 + number % (len(people) - 2)]


COLUMNS = """id, first_name, last_name, emails, phones, addresses, tags, collaborators, stage, assigned_to, background, search_text,
    sort_name, created_at, updated_at, last_activity_at, version"""
EMPTY = ("DELETE FROM client_search", "DELETE FROM client_reader", "DELETE FROM client_collaborator", "DELETE FROM client_match",
         "DELETE FROM client")
FOLLOWERS = (
    """INSERT INTO client_reader (user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at)
    SELECT assigned_to, id, stage, sort_name, created_at, updated_at, last_activity_at FROM client""",
    """INSERT INTO client_search (reader_id, client_id, last_activity_at, search_text, is_book, is_long)
    SELECT {book}, id, last_activity_at, search_text, 1, 0 FROM client""",
    """INSERT INTO client_search (reader_id, client_id, last_activity_at, search_text, is_book, is_long)
    SELECT assigned_to, id, last_activity_at, search_text, 0, 0 FROM client""",
    "UPDATE client_search_renewal SET done = 1")
TOTALS = (
    "DELETE FROM client_total",
    "INSERT INTO client_total SELECT user_id, '', COUNT(*) FROM client_reader GROUP BY user_id",
    "INSERT INTO client_total SELECT {book}, '', COUNT(*) FROM client")


def fill(site, count):
    """Has the brokerage have `count` other clients than before."""
    if site.database == "SQLite":
        connection = sqlite3.connect(site.url.removeprefix("sqlite:"), isolation_level=None)
        connection.execute("PRAGMA cache_size = -1000000")
        people = [row[0] for row in connection.execute(
            "SELECT id FROM account WHERE email LIKE 'agent%@example.com' ORDER BY LENGTH(email), email")]
        connection.execute("BEGIN")
        for statement in EMPTY:
            connection.execute(statement)
        connection.executemany(
            f"INSERT INTO client ({COLUMNS}) VALUES (?, ?, ?, '[]', '[]', '[]', '[]', '[]', 'Leads', ?, ?, ?, ?, ?, ?, ?, 1)",
            ((identity(number).bytes, first, last, owner_of(number, people, count), "x" * 200, text, last.encode(), created, seen,
              seen) for number, first, last, text, created, seen in made_up(count)))
        for statement in FOLLOWERS + TOTALS:
            connection.execute(statement.format(book="zeroblob(16)"))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    def run(statement):
        return postgres.run(site.url, statement, FILLING)

    people = run(
        "SELECT id FROM account WHERE email LIKE 'agent%@example.com' ORDER BY length(email), email").split()
    run( "TRUNCATE client_search, client_reader, client_collaborator, client_match, client CASCADE")
    lines = site.directory / "clients.tsv"
    with open(lines, "w") as output:
        for number, first, last, text, created, seen in made_up(count):
            output.write("\t".join(map(str, (
                identity(number), first, last, "[]", "[]", "[]", "[]", "[]", "Leads", owner_of(number, people, count), "x" * 200, text,
                "\\\\x" + last.encode().hex(), created, seen, seen, 1))) + "\n")
    run( f"\\copy client ({COLUMNS.replace(chr(10), ' ')}) FROM '{lines}'")
    lines.unlink()
    book = "'00000000-0000-0000-0000-000000000000'::uuid"
    index = run( "SELECT indexdef FROM pg_indexes WHERE indexname = 'client_search_by_trigram'")
    run( "DROP INDEX IF EXISTS client_search_by_trigram")
    for statement in FOLLOWERS + TOTALS:
        run( statement.format(book=book))
    if index:
        run( index)
    for table in ("client", "client_reader", "client_search"):
        run( f"VACUUM (ANALYZE) {table}")
    run( "CHECKPOINT")


def waits(server, token, search):
    """Half and 99 of 100 of the answers to a search came within so many milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    path = "/v1/clients?limit=20&search=" + urllib.parse.quote(search)
    taken = []
    for _ in range(WARM_UP + TURNS):
        start = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        response.read()
        taken.append((time.perf_counter() - start) * 1000)
        if response.status != 200:
            raise gatehouse.ServerFailed(f"{path}: {response.status}")
        if sum(taken) > 20_000:
            break
    connection.close()
    taken = sorted(taken[min(WARM_UP, len(taken) // 2):])
    return statistics.median(taken), taken[int(len(taken) * 0.99) - 1 if len(taken) > 99 else -1]


def latencies(site):
    """For each book, each reader and each search: its name, and half and 99 of 100 of its answers in milliseconds."""
    for count in BOOKS:
        fill(site, count)
        yield from in_book(site, count)
    if site.database == "PostgreSQL":
        # A server makes it again when it starts, so it goes once one has started.
        with site.server() as server:
            postgres.run(site.url, "DROP EXTENSION IF EXISTS pg_trgm CASCADE")
            yield from of_reader(server, site.owner_token(server), f"owner {WITHOUT}, {BOOKS[-1]:,}")


def in_book(site, count):
    """The lines of one book."""
    with site.server() as server:
        yield from of_reader(server, site.owner_token(server), f"owner, {count:,}")
        for name, clients in AGENTS.items():
            token = server.sign_in(f"{name}@example.com", gatehouse.PASSWORD)["accessToken"]
            yield from of_reader(server, token, f"agent of {min(clients, count // 10):,}, {count:,}")


def of_reader(server, token, reader):
    """The lines of one reader."""
    for kind, search in SEARCHES.items():
        median, p99 = waits(server, token, search)
        yield f"search {kind} ({search}), {reader}", median, p99
