"""An SMTP server for tests: smtp_server.py MODE [CERTIFICATE KEY].

Prints {"port": N} when it listens, then every accepted mail and every attempt to sign in, as one line of JSON each.
It ends when its standard input does.
"""

import asyncio
import json
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult

MODE = sys.argv[1]


def say(**fields):
    print(json.dumps(fields), flush=True)


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        if MODE == "hangs":
            say(reached="EHLO")
            await asyncio.Event().wait()
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if MODE == "sender_refused":
            return "550 5.7.1 not from here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if MODE == "recipient_refused":
            return f"550 5.1.1 <{address}>: no such user"
        if MODE == "busy":
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if MODE == "content_refused":
            return "554 5.7.1 this looks like spam"
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            ehlo=session.host_name,
            tls=session.ssl is not None or MODE == "tls",
            signed_in=session.authenticated,
            content=envelope.original_content.decode("ascii"),
        )
        return "250 OK"


class Server(SMTP):
    async def smtp_DATA(self, arg):
        if MODE != "dies":
            return await super().smtp_DATA(arg)
        await self.push("354 go on")
        await self._reader.readline()
        say(reached="DATA")
        self.transport.abort()


def authenticate(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    say(user=user, password=password, mechanism=mechanism)
    return AuthResult(success=(user, password) == ("ana@example.com", "p:ss/wörd"), handled=False)


async def main():
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    loop = asyncio.get_running_loop()

    def connection():
        return Server(
            Handler(),
            hostname="localhost",
            loop=loop,
            tls_context=None if MODE == "tls" else context,
            require_starttls=context is not None and MODE != "tls",
            authenticator=authenticate if MODE == "auth" else None,
            auth_required=MODE == "auth",
        )

    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=context if MODE == "tls" else None)
    say(port=server.sockets[0].getsockname()[1])
    ended = asyncio.Event()

    def wait_for_end():
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_end, daemon=True).start()
    await ended.wait()


asyncio.run(main())
