"""What second factors and passkeys cost the server: processor time, because the client that signs here is no part of it."""

import base64
import hashlib
import hmac
import json
import struct
import subprocess
import time
from pathlib import Path

import server as gatehouse

SIGN_INS = 300
ENVIRONMENT = {"ENABLE_MFA": "true", "ENABLE_BIOMETRIC_AUTH": "true"}


def processor_milliseconds(server, work, count):
    """The processor time that the server takes for one of `count` pieces of work."""
    before = on_processor(server)
    work()
    return (on_processor(server) - before) / count / 1e6


def on_processor(server):
    """Nanoseconds that the server's threads have run. Linux alone."""
    tasks = Path(f"/proc/{server.process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


class Passkey:
    """An authenticator with one key on P-256."""

    def __init__(self, directory, origin):
        self.key = directory / "passkey.pem"
        self.origin = origin
        self.relying_party = hashlib.sha256(origin.split("//")[1].split(":")[0].encode()).digest()
        self.id = b"a key of the benchmark"
        subprocess.run(["openssl", "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", self.key], check=True)

    def register(self, server, token):
        """Makes the key known to the server."""
        options = server.post("/v1/auth/passkeys/registration-options", {}, token)
        public = subprocess.run(
            ["openssl", "ec", "-in", self.key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout[-64:]
        # {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CBOR (RFC 9052 §7).
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + public[:32] + b"\x22\x58\x20" + public[32:]
        data = self.relying_party + b"\x45" + bytes(4) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        attestation = (
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data)
        response = {
            "clientDataJSON": encode(self.client_data("webauthn.create", options)), "attestationObject": encode(attestation),
            "transports": ["internal"]}
        server.post("/v1/auth/passkeys", {"credential": self.credential(response), "name": "Bench"}, token)

    def sign_in(self, server):
        """A new session."""
        client = self.client_data("webauthn.get", server.post("/v1/auth/passkeys/authentication-options", {}))
        data = self.relying_party + b"\x05" + bytes(4)
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.key], input=data + hashlib.sha256(client).digest(), check=True,
            capture_output=True).stdout
        response = {
            "clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature)}
        server.post("/v1/auth/passkeys/authentication", {"credential": self.credential(response), "tokenDelivery": "body"})

    def client_data(self, kind, options):
        """What a browser says that it was asked."""
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def credential(self, response):
        """A `PublicKeyCredential` as JSON."""
        return {
            "id": encode(self.id), "rawId": encode(self.id), "type": "public-key", "authenticatorAttachment": "platform",
            "response": response, "clientExtensionResults": {}}


def code(secret, step):
    """RFC 6238."""
    mac = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step), hashlib.sha1)
    offset = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def costs(site):
    """The processor time, in milliseconds, of a password sign-in, a passkey sign-in and a second step."""
    with site.server(environment=ENVIRONMENT) as server:
        names = [f"agent{number}@example.com" for number in range(2, gatehouse.ACCOUNTS + 1)]
        tokens = {}

        def with_passwords():
            for name in names:
                tokens[name] = server.sign_in(name, gatehouse.PASSWORD)["accessToken"]

        password = processor_milliseconds(server, with_passwords, len(names))
        passkey = Passkey(site.directory, server.origin)
        passkey.register(server, server.sign_in("agent1@example.com", gatehouse.PASSWORD)["accessToken"])
        passkey.sign_in(server)
        with_passkey = processor_milliseconds(
            server, lambda: gatehouse.in_parallel(lambda _: passkey.sign_in(server), range(SIGN_INS)), SIGN_INS)
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

        return password, with_passkey, processor_milliseconds(server, second_steps, len(names))


def encode(data):
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
