"""How fast files of clients come in, what that costs in memory, and how long others wait meanwhile."""

import http.client
import json
import random
import threading
import time

import load
import search
import server as gatehouse

ROWS = 100_000
HEADER = ("First Name,Last Name,Email 1,Email 1 - Type,Phone 1,Phone 1 - Type,Address 1 - Street,Address 1 - City,Address 1 - State,"
          "Address 1 - Zip,Stage,Lead Source,Tags,Price,Background,Assigned To\r\n")
STAGES = ("Leads", "Hot Prospects", "Nurture", "Buyers", "Sellers", "Past clients")
LONGEST = 600
"""Seconds that an import may take."""


def write(path, rows, seed, owner_of=lambda number: ""):
    """A file of made-up people with the columns of Follow Up Boss; one seed gives other people than another. `owner_of` tells whose each is."""
    dice = random.Random(seed)
    rare = ["".join(dice.choices(search.SYLLABLES, k=3)) for _ in range(20_000)]
    with open(path, "w", encoding="utf-8") as output:
        output.write(HEADER)
        for number in range(rows):
            first, last = dice.choice(search.FIRST).title(), dice.choice(rare).title()
            output.write(",".join((
                first, last, f"{first}.{last}{seed}.{number}@example.com".lower(), "home",
                f"({dice.randrange(201, 989)}) {dice.randrange(201, 989)}-{dice.randrange(10_000):04}", "mobile",
                f"{dice.randrange(1, 9900)} {dice.choice(rare).title()} Street", dice.choice(rare).title(), "TX",
                str(dice.randrange(73_301, 79_999)), dice.choice(STAGES), dice.choice(("Zillow", "Website", "Referral")),
                f'"{dice.choice(search.TAGS)}, {dice.choice(search.TAGS)}"', f'"${dice.randrange(150, 1500)},000"',
                '"met at an open house, wants a garden and a garage"' if dice.random() < 0.4 else "",
                owner_of(number))) + "\r\n")


class Import:
    """A file on its way in."""

    def __init__(self, server, token, path, query=""):
        self.server, self.token = server, token
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=LONGEST)
        with open(path, "rb") as body:
            connection.request("POST", "/v1/clients/import" + query, body, {
                "Authorization": f"Bearer {token}", "Content-Type": "text/csv", "Content-Length": str(path.stat().st_size)})
            response = connection.getresponse()
            text = response.read()
        connection.close()
        if response.status != 202:
            raise gatehouse.ServerFailed(f"import: {response.status} {text.decode()}")
        self.path = json.loads(text)["import"]["id"]
        self.begun = time.perf_counter()

    def report(self):
        """How it stands."""
        return self.server.get(f"/v1/imports/{self.path}", self.token)

    def wait(self):
        """How it stands when it is through, and after how many seconds from the answer to its upload."""
        while time.perf_counter() - self.begun < LONGEST:
            report = self.report()
            if report["status"] not in ("queued", "running"):
                return report, time.perf_counter() - self.begun
            time.sleep(0.02)
        raise gatehouse.ServerFailed("an import that does not end")


class Writer(threading.Thread):
    """Somebody who makes one client after the other meanwhile, and notes how long each took, in milliseconds."""

    def __init__(self, server, token):
        super().__init__(daemon=True)
        self.server, self.token, self.taken, self.isOver = server, token, [], False

    def run(self):
        number = 0
        while not self.isOver:
            number += 1
            start = time.perf_counter()
            self.server.post("/v1/clients?force=true", {"firstName": f"Writer {number}"}, self.token)
            self.taken.append((time.perf_counter() - start) * 1000)
            time.sleep(0.02)


def run(site, who):
    """One import by `owner` or `agent` into a book that has nobody else: rows in a second, MB above idle, and the milliseconds in which 99 of 100
    pages of others and clients of others came meanwhile, and the longest of the latter."""
    path = site.directory / "people.csv"
    with site.server() as server:
        owner = site.owner_token(server)
        agent = server.sign_in("agent1@example.com", gatehouse.PASSWORD)["accessToken"]
        other = server.sign_in("agent2@example.com", gatehouse.PASSWORD)["accessToken"]
        token = owner if who == "owner" else agent
        # What is compiled and opened the first time.
        write(path, 500, f"{who}w{time.time_ns()}")
        Import(server, token, path).wait()
        write(path, ROWS, f"{who}{time.time_ns()}")
        idle, _ = server.memory()
        report, seconds = Import(server, token, path).wait()
        _, highest = server.memory()
        if report["imported"] != ROWS:
            raise gatehouse.ServerFailed(f"{report['imported']} of {ROWS} rows: {report['status']} {report['reason']}")
        write(path, ROWS, f"{who}again{time.time_ns()}")
        writer = Writer(server, other)
        second = Import(server, token, path)
        writer.start()
        pages = load.run(server.origin + "/v1/clients?limit=20", 3, 4, script="light.lua", bearer=other)
        running = second.report()["status"] == "running"
        second.wait()
        writer.isOver = True
        writer.join()
        if not running:
            raise gatehouse.ServerFailed("the import was over before the pages were")
        taken = sorted(writer.taken)
        return ROWS / seconds, highest - idle, pages.p99, taken[int(len(taken) * 0.99) - 1], taken[-1]
