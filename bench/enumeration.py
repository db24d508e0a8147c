"""Whether the time of an answer tells who has an account: known and unknown addresses in turn, five hundred of each."""

import http.client
import itertools
import json
import statistics
import time

import server as gatehouse

SAMPLES = 500
WARM_UP = 20
KNOWN = [f"agent{number}@example.com" for number in range(1, gatehouse.ACCOUNTS + 1)]
OPTIONS = {"MAX_LOGIN_ATTEMPTS": "100", "REQUIRE_EMAIL_VERIFICATION": "true"}


def differences(site):
    """For each call: its name, the median for an unknown address in milliseconds, and how far the two medians are apart as a part
    of it."""
    options = OPTIONS | {"MAIL_URL": f"file:{site.directory}/mail"}
    with site.server(environment=options) as server:
        # Each unknown address is new, as it would be for somebody who goes through a list of them.
        fresh = (f"nobody{number}@example.com" for number in itertools.count())
        login = {"password": "Wrong-password-of-nobody-1"}
        person = {"password": gatehouse.PASSWORD, "firstName": "Some", "lastName": "Body"}
        calls = [
            ("login", login, (401, 423)), ("forgot-password", {}, (202,)), ("resend-verification", {}, (202,)),
            ("register", person, (202,))]
        for name, body, expected in calls:
            yield (name, *measure(server, f"/v1/auth/{name}", body, expected, fresh))
        # There are no addresses in an unlock, but a token may be one that was, or none at all.
        yield ("unlock", *measure(server, "/v1/auth/unlock", {}, (400,), fresh, member="token"))


def measure(server, path, body, expected, fresh, member="email"):
    """The median for unknown addresses, and the difference of the medians as a part of it."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    known = itertools.cycle(KNOWN)
    times = {"known": [], "unknown": []}
    for turn in range(WARM_UP + SAMPLES):
        # Which comes first changes with each turn.
        for kind in ("known", "unknown") if turn % 2 else ("unknown", "known"):
            text = json.dumps({member: next(known if kind == "known" else fresh)} | body)
            started = time.perf_counter()
            connection.request("POST", path, text, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            taken = time.perf_counter() - started
            if response.status not in expected:
                raise gatehouse.ServerFailed(f"{path}: {response.status}")
            if turn >= WARM_UP:
                times[kind].append(taken)
    connection.close()
    medians = {kind: statistics.median(values) for kind, values in times.items()}
    return medians["unknown"] * 1000, abs(medians["known"] - medians["unknown"]) / medians["unknown"]
