"""Live sessions by the hundred thousand: rows like those of a sign-in, and access tokens to them."""

import base64
import hashlib
import hmac
import json
import sqlite3
import uuid

import postgres
import server as gatehouse

COLUMNS = """user_id, generation, rotated_at, created_at, authenticated_at, methods, last_active_at, absolute_expiry,
    refresh_expiry, ip, user_agent"""


def copy(database_url, session, count):
    """Copies the row of `session` under the ids 1, 2, 3 and so on."""
    if database_url.startswith("sqlite:"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:"))
        with connection:
            connection.executemany(
                f"INSERT INTO session (id, {COLUMNS}) SELECT ?, {COLUMNS} FROM session WHERE id = ?",
                ((uuid.UUID(int=number).bytes, uuid.UUID(session).bytes) for number in range(1, count + 1)))
        connection.close()
    else:
        postgres.run(database_url, f"""
            INSERT INTO session (id, {COLUMNS})
            SELECT lpad(to_hex(n), 32, '0')::uuid, {COLUMNS}
            FROM session, generate_series(1, {count}) AS n WHERE session.id = '{session}'""")


def write_tokens(path, access_token, count):
    """Writes access tokens for the ids 1, 2, 3 and so on, a line each: `access_token` with another session, signed anew.

    One token more than sessions: the first request that wrk makes up is only for itself to look at.
    """
    header, payload, _ = access_token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    with open(path, "w") as file:
        for number in [1, *range(1, count + 1)]:
            claims["sid"] = str(uuid.UUID(int=number))
            signed = f"{header}.{encode(json.dumps(claims, separators=(',', ':')).encode())}"
            code = hmac.digest(gatehouse.SECRET.encode(), signed.encode(), hashlib.sha256)
            file.write(f"{signed}.{encode(code)}\n")


def session_of(access_token):
    """The session that an access token belongs to."""
    return json.loads(base64.urlsafe_b64decode(access_token.split(".")[1] + "=="))["sid"]


def encode(data):
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
