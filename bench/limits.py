"""What this machine can do at best: the limits that the figures are held against."""

import ctypes
import ctypes.util
import os
import re
import subprocess
import threading
import time
from pathlib import Path

import postgres

MEMORY = 19_456 * 1024
PASSES = 2
THREADS = 2
ARGON2ID = 2


def hashes_per_second(seconds):
    """Argon2id hashes of the server's cost by libsodium, in as many threads as the server hashes with."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    if sodium.sodium_init() < 0:
        raise OSError("libsodium does not start")
    sodium.crypto_pwhash.argtypes = [
        ctypes.c_char_p, ctypes.c_ulonglong, ctypes.c_char_p, ctypes.c_ulonglong, ctypes.c_char_p, ctypes.c_ulonglong,
        ctypes.c_size_t, ctypes.c_int]
    counts = [0] * THREADS
    started = time.perf_counter()

    def work(number):
        output = ctypes.create_string_buffer(32)
        while time.perf_counter() - started < seconds:
            if sodium.crypto_pwhash(output, 32, b"password", 8, bytes(16), PASSES, MEMORY, ARGON2ID):
                raise MemoryError
            counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def syncs_per_second(directory, seconds):
    """4 KiB written and brought to the disk, one after the other, over and over the same 4 MiB as a write-ahead log does."""
    sync = getattr(os, "fdatasync", os.fsync)
    path = Path(directory) / "sync"
    block = os.urandom(4096)
    with open(path, "wb", buffering=0) as file:
        file.write(bytes(4 << 20))
        os.fsync(file.fileno())
        count = 0
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            os.pwrite(file.fileno(), block, count % 1024 * 4096)
            sync(file.fileno())
            count += 1
        rate = count / (time.perf_counter() - started)
    path.unlink()
    return rate


REFRESH = """\
WITH rotated AS (
    UPDATE session SET
        generation = generation + 1, rotated_at = :now::bigint, rotation_id = gen_random_uuid(), rotation_key = NULL,
        refresh_expiry = :now::bigint + 604800000,
        last_active_at = CASE WHEN last_active_at < :now::bigint THEN :now::bigint ELSE last_active_at END
    WHERE id = lpad(to_hex(:client_id::int), 32, 'f')::uuid AND generation = :generation::bigint AND revoked_at IS NULL
        AND absolute_expiry > :now::bigint AND refresh_expiry > :now::bigint AND last_active_at > :now::bigint - 3600000
        AND EXISTS (SELECT 1 FROM account WHERE account.id = session.user_id AND status = 'active')
    RETURNING id, user_id
)
INSERT INTO bench_event (id, type, at, user_id, session_id, ip, user_agent, request_id, detail)
SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || substr(md5(random()::text), 1, 20))::uuid,
    'token_refresh', :now::bigint, user_id, id, '127.0.0.1', '', '019aabcd-0000-7000-8000-000000000000', '{}'
FROM rotated;
\\set generation :generation + 1
"""


def refreshes_by_pgbench(url, directory, seconds, connections):
    """What a refresh does, as one statement on the same tables, by pgbench: the rate that PostgreSQL itself allows.

    Every connection has a session of its own, whose generation it counts up as a chain of refreshes does. The events go to a table of
    their own, like that of the product: the server would seal them, while its own refreshes are measured.
    """
    fixture = "id::text LIKE 'ffffffff-ffff-ffff-ffff-%'"
    now = int(time.time() * 1000)
    columns = """generation, rotated_at, created_at, authenticated_at, methods, last_active_at, absolute_expiry,
        refresh_expiry, ip, user_agent"""
    postgres.run(url, f"""
        CREATE TABLE IF NOT EXISTS bench_event (LIKE security_event INCLUDING ALL);
        DELETE FROM session WHERE {fixture};
        INSERT INTO session (id, user_id, {columns})
        SELECT lpad(to_hex(n), 32, 'f')::uuid, account.id, 1, {now}, {now}, {now}, 'pwd', {now}, {now} + 43200000,
            {now} + 604800000, '127.0.0.1', ''
        FROM (SELECT id FROM account LIMIT 1) AS account, generate_series(0, {connections} - 1) AS n;""")
    script = Path(directory) / "refresh.sql"
    script.write_text(REFRESH)
    done = subprocess.run(
        [postgres.program("pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={connections}", "--jobs=2",
         f"--time={seconds}", f"--define=now={now}", "--define=generation=1", f"--file={script}", url],
        capture_output=True, text=True, timeout=seconds + 30)
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    count = re.search(r"transactions actually processed: (\d+)", done.stdout)
    if done.returncode or not rate or not count:
        raise OSError("pgbench: " + done.stdout + done.stderr)
    rotated = int(postgres.run(url, f"SELECT sum(generation - 1) FROM session WHERE {fixture}"))
    if rotated != int(count[1]):
        raise OSError(f"pgbench made {count[1]} statements but only {rotated} refreshes")
    return float(rate[1])
