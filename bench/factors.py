"""Passkeys against passwords, and what a second step costs the server."""

import base64
import hashlib
import hmac
import json
import struct
import subprocess
import time

import load
import server as gatehouse

CONNECTIONS = 32
WITH_PASSWORD = gatehouse.ACCOUNTS // 2
"""How many accounts have a password and nothing else."""
ENVIRONMENT = {"ENABLE_MFA": "true", "ENABLE_BIOMETRIC_AUTH": "true"}


def processor_milliseconds(server, work, count):
    """The processor time that the server takes for one of `count` pieces of work."""
    before = on_processor(server)
    work()
    return (on_processor(server) - before) / count / 1e6


def on_processor(server):
    """Nanoseconds that the server has run, threads that have ended included. Linux alone."""
    # What clock_getcpuclockid(3) would give: the process's clock.
    return time.clock_gettime_ns((~server.process.pid << 3) | 2)


class Passkeys:
    """Authenticators with one key on P-256 among them, and a credential for each account of the upper half."""

    def __init__(self, site, server):
        self.origin = server.origin
        self.key = site.directory / "passkey.pem"
        self.credentials = site.directory / "credentials"
        subprocess.run(["openssl", "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", self.key], check=True)
        self.public = subprocess.run(
            ["openssl", "ec", "-in", self.key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout[-64:]
        names = [f"agent{number}@example.com" for number in range(WITH_PASSWORD + 1, gatehouse.ACCOUNTS + 1)]
        self.credentials.write_text("\n".join(gatehouse.in_parallel(lambda name: self.register(server, name), names)) + "\n")

    def register(self, server, name):
        """Makes a credential for the account of that name known to the server, and returns its identity."""
        token = server.sign_in(name, gatehouse.PASSWORD)["accessToken"]
        options = server.post("/v1/auth/passkeys/registration-options", {}, token)
        identity = hashlib.sha256(name.encode()).digest()
        # {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CBOR (RFC 9052 §7).
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + self.public[:32] + b"\x22\x58\x20" + self.public[32:]
        relying_party = hashlib.sha256(self.origin.split("//")[1].split(":")[0].encode()).digest()
        data = relying_party + b"\x45" + bytes(20) + struct.pack(">H", len(identity)) + identity + cose
        attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        client = json.dumps({"type": "webauthn.create", "challenge": options["challenge"], "origin": self.origin})
        credential = {
            "id": encode(identity), "rawId": encode(identity), "type": "public-key", "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": encode(client.encode()), "attestationObject": encode(attestation),
                "transports": ["internal"]},
            "clientExtensionResults": {}}
        server.post("/v1/auth/passkeys", {"credential": credential, "name": "Bench"}, token)
        return encode(identity)

    def sign_ins_per_second(self, seconds):
        """Sign-ins with a passkey; each is two requests."""
        return load.run(
            self.origin, seconds, CONNECTIONS, script="passkey.lua",
            arguments=(self.key, self.origin, self.credentials)).rate / 2


def code(secret, step):
    """RFC 6238."""
    mac = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step), hashlib.sha1)
    offset = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def second_step(site):
    """The processor time of a second step with a code, in milliseconds."""
    with site.server(environment=ENVIRONMENT) as server:
        names = [f"agent{number}@example.com" for number in range(1, WITH_PASSWORD + 1)]
        tokens = {name: server.sign_in(name, gatehouse.PASSWORD)["accessToken"] for name in names}
        # All within one period: its code is the second of each app, and the one before it the first.
        time.sleep(30 - time.time() % 30 + 0.5)
        step = int(time.time()) // 30
        secrets = {}
        for name in names:
            secrets[name] = server.post("/v1/auth/mfa/totp", {}, tokens[name])["secret"]
            server.post("/v1/auth/mfa/totp/confirm", {"code": code(secrets[name], step - 1)}, tokens[name])
        challenges = gatehouse.in_parallel(
            lambda name: (name, server.sign_in(name, gatehouse.PASSWORD)["challengeToken"]), names)

        def second_steps():
            for name, challenge in challenges:
                server.post("/v1/auth/mfa", {"challengeToken": challenge, "method": "totp", "code": code(secrets[name], step)})

        return processor_milliseconds(server, second_steps, len(names))


def encode(data):
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
