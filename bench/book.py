"""A book that grows from ten thousand to a million clients by files that are imported: pages, clients, imports and exports at each size."""

import http.client
import statistics
import threading
import time

import importing
import load
import server as gatehouse

SIZES = (10_000, 100_000, 1_000_000)
PIECE = 100_000
"""The most rows of one file."""
FEW = 300
"""How many clients the first agent has at each size; the second has a hundredth of the book, the others the rest."""
READ = 400
"""How many clients are looked at in turn."""
FORMATS = ("csv", "jsonl", "vcard")
OTHER = "agent9@example.com"


class Size:
    """What was seen at one size: of each reader the milliseconds of pages and clients, and figures of files."""

    def __init__(self, count):
        self.count = count
        self.page = {}
        self.client = {}
        self.rates = {}
        self.imports = {}
        self.exports = {}


def owner_of(number, count):
    """Whose the client of that number is."""
    if number % max(1, count // FEW) == 0:
        return "agent1@example.com"
    if number % 100 == 1:
        return "agent2@example.com"
    return f"agent{3 + number % (gatehouse.ACCOUNTS - 2)}@example.com"


def grow(site, size, there):
    """Imports as many clients as are missing, as the owner, in files of up to `PIECE` rows. The figures are those of the last."""
    path = site.directory / "people.csv"
    while there < size.count:
        rows = min(PIECE, size.count - there)
        importing.write(path, rows, f"book{there}n", lambda number: owner_of(number, rows if size.count < PIECE else size.count))
        with site.server() as server:
            idle, _ = server.memory()
            report, seconds = importing.Import(server, site.owner_token(server), path).wait()
            _, highest = server.memory()
        if report["imported"] != rows:
            raise gatehouse.ServerFailed(f"{report['imported']} of {rows} rows: {report['status']} {report['reason']}")
        size.imports["owner"] = rows / seconds, highest - idle
        there += rows
    return there


def look(site, size):
    """Pages and clients of the owner and of two agents, one at a time; and pages against the barest answer of the same server, many at a time."""
    with site.server() as server:
        readers = {"owner": site.owner_token(server)} | {
            f"agent of {name}": server.sign_in(mail, gatehouse.PASSWORD)["accessToken"]
            for name, mail in (("few", "agent1@example.com"), ("many", "agent2@example.com"))}
        page, health = server.origin + "/v1/clients?limit=20", server.origin + "/health"
        for name, token in readers.items():
            paths = site.directory / "paths"
            paths.write_text("".join(f"/v1/clients/{client}\n" for client in clients(server, token)))
            load.run(page, 1, 16, bearer=token)
            size.page[name] = statistics.median(load.run(page, 2, 1, bearer=token).p50 for _ in range(3))
            size.client[name] = statistics.median(
                load.run(server.origin, 2, 1, bearer=token, script="ids.lua", arguments=(paths,)).p50 for _ in range(3))
            turns = [(load.run(health, 2, 16, bearer=token).rate, load.run(page, 2, 16, bearer=token).rate) for _ in range(3)]
            size.rates[name] = tuple(statistics.median(column) for column in zip(*turns))


def clients(server, token):
    """The identities of some of the reader's clients."""
    found, cursor = [], ""
    while len(found) < READ:
        answer = server.get("/v1/clients?limit=100&sort=lastName" + cursor, token)
        found += [client["id"] for client in answer["data"]]
        if not answer["page"]["nextCursor"]:
            break
        cursor = "&cursor=" + answer["page"]["nextCursor"]
    return found


def export(site, size):
    """All clients as a file of each kind: rows in a second, MB above idle, and the milliseconds in which 99 of 100 pages of others came meanwhile."""
    for kind in FORMATS:
        with site.server() as server:
            token = site.owner_token(server)
            other = server.sign_in(OTHER, gatehouse.PASSWORD)["accessToken"]
            page = server.origin + "/v1/clients?limit=20"
            load.run(page, 1, 4, script="light.lua", bearer=other)
            idle, _ = server.memory()
            rows, seconds = take(server, token, kind)
            _, highest = server.memory()
            waits = load_while(server, page, other, token, kind)
            size.exports[kind] = rows / seconds, highest - idle, waits


def load_while(server, page, other, token, kind):
    """The 99th percentile of others' pages while exports are taken."""
    over = threading.Event()

    def again():
        while not over.is_set():
            take(server, token, kind)

    thread = threading.Thread(target=again, daemon=True)
    thread.start()
    try:
        return load.run(page, 3, 4, script="light.lua", bearer=other).p99
    finally:
        over.set()
        thread.join()


def take(server, token, kind):
    """Takes a file out to its end: how many clients it had, and after how many seconds its last byte came."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    start = time.perf_counter()
    connection.request("GET", f"/v1/clients/export?format={kind}", headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    if response.status != 200:
        raise gatehouse.ServerFailed(f"export: {response.status} {response.read().decode()}")
    mark, found = (b"END:VCARD", 0) if kind == "vcard" else (b"\n", 0)
    rest = b""
    while piece := response.read1(1 << 18):
        piece = rest + piece
        found += piece.count(mark)
        rest = piece[-len(mark) + 1:] if len(mark) > 1 else b""
    seconds = time.perf_counter() - start
    connection.close()
    return found - (1 if kind == "csv" else 0), seconds
