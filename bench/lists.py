"""How long the count and the first page of a smart list take, over HTTP and one at a time: for the owner and for agents, in books of three sizes."""

import http.client
import json
import sqlite3
import statistics
import time

import postgres
import search as searching
import server as gatehouse

BOOKS = searching.BOOKS
TURNS = 60
WARM_UP = 5
TAG = {"field": "tag", "op": "is", "value": "investor"}
ZILLOW = {"field": "source", "op": "is", "value": "Zillow"}
STALE = {"field": "lastActivityAt", "op": "notWithinDays", "value": 30}
LISTS = {
    "a tag of few": {"field": "tag", "op": "is", "value": "vip"},
    "a tag of many": TAG,
    "no contact for 30 days": STALE,
    "Leads, no contact for 30 days": {"and": [{"field": "stage", "op": "is", "value": "Leads"}, STALE]},
    "a price range": {"and": [{"field": "price", "op": "atLeast", "value": 300000}, {"field": "price", "op": "less", "value": 301000}]},
    "a source and a tag of many": {"and": [ZILLOW, TAG]},
    "a tag of few, or no source": {"or": [{"field": "tag", "op": "is", "value": "vip"}, {"field": "source", "op": "isEmpty"}]},
    "nothing with an index": {"and": [{"field": "email", "op": "isEmpty", "value": False}, {"not": {"field": "doNotCall", "op": "is", "value": True}}]},
}
FACTS = (
    """UPDATE client SET emails = CASE WHEN created_at % 3 = 0 THEN '[{"value":"a@example.com","type":"home","isPrimary":true}]' ELSE '[]' END,
    source = CASE WHEN created_at % 10 < 4 THEN 'Zillow' WHEN created_at % 10 < 8 THEN 'Referral' ELSE NULL END,
    price = CASE WHEN created_at % 4 = 0 THEN NULL ELSE (created_at % 800 + 100) * 1000 END""",
    """UPDATE client_reader SET price = (SELECT COALESCE(client.price, -1) FROM client WHERE client.id = client_reader.client_id)""",
    "INSERT INTO client_match (client_id, kind, value) SELECT id, 'tag', 'vip' FROM client WHERE created_at % 1000 = 7",
    "INSERT INTO client_match (client_id, kind, value) SELECT id, 'tag', 'investor' FROM client WHERE created_at % 10 = 3",
    "INSERT INTO client_total SELECT user_id, 'Leads', live FROM client_total WHERE stage = ''")


def fill(site, count):
    """Has the brokerage have `count` clients with tags, sources and prices."""
    searching.fill(site, count)
    if site.database == "SQLite":
        connection = sqlite3.connect(site.url.removeprefix("sqlite:"), isolation_level=None)
        connection.execute("PRAGMA cache_size = -1000000")
        connection.execute("BEGIN")
        for statement in FACTS:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    for statement in FACTS + ("VACUUM (ANALYZE) client", "VACUUM (ANALYZE) client_reader", "VACUUM (ANALYZE) client_match", "CHECKPOINT"):
        postgres.run(site.url, statement, searching.FILLING)


class Reader:
    """Somebody who reads lists, over one connection."""

    def __init__(self, server, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.token = token
        self.client = self.call("GET", "/v1/clients?limit=1")["data"][0]["id"]

    def call(self, method, path, body=None):
        """The answer, which has to be a success."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": "application/json"} if body else {})
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status not in (200, 201):
            raise gatehouse.ServerFailed(f"{path}: {response.status} {text.decode()}")
        return json.loads(text)

    def waits(self, path):
        """Half and 99 of 100 of the answers came within so many milliseconds. A client is changed before each, so that nothing is remembered."""
        taken = []
        for turn in range(WARM_UP + TURNS):
            self.call("PATCH", f"/v1/clients/{self.client}", {"background": f"turn {turn} of {path}"})
            start = time.perf_counter()
            self.call("GET", path)
            taken.append((time.perf_counter() - start) * 1000)
            if sum(taken) > 20_000:
                break
        taken = sorted(taken[min(WARM_UP, len(taken) // 2):])
        return statistics.median(taken), taken[int(len(taken) * 0.99) - 1 if len(taken) > 99 else -1]


def latencies(site):
    """For each book, each reader and each list: its name, and half and 99 of 100 of its answers in milliseconds."""
    for count in BOOKS:
        fill(site, count)
        with site.server() as server:
            yield from of_reader(Reader(server, site.owner_token(server)), f"owner, {count:,}")
            for name, clients in searching.AGENTS.items():
                token = server.sign_in(f"{name}@example.com", gatehouse.PASSWORD)["accessToken"]
                yield from of_reader(Reader(server, token), f"agent of {min(clients, count // 10):,}, {count:,}")


def of_reader(reader, name):
    """The lines of one reader."""
    for kind, filter in LISTS.items():
        made = reader.call("POST", "/v1/smart-lists", {"name": kind, "filter": filter})["id"]
        yield (f"count of a list ({kind}), {name}", *reader.waits(f"/v1/smart-lists/{made}"))
    pages = "a tag of few", "a tag of many", "no contact for 30 days"
    for kind in pages:
        made = reader.call("POST", "/v1/smart-lists", {"name": kind, "filter": LISTS[kind]})["id"]
        yield (f"page of a list ({kind}), {name}", *reader.waits(f"/v1/smart-lists/{made}/clients"))
