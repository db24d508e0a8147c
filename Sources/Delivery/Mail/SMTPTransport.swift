import Core
import Synchronization

/// Sends mails to an SMTP server (RFC 5321), one at a time, each over a connection of its own.
///
/// Unless ``MailServer/security`` says otherwise, nothing is sent before the connection is secured, and a certificate
/// that does not fit the host, or is signed by nobody who is trusted, is no certificate. Mails go where `MAIL_URL` says
/// and nowhere else: proxies of the environment are not asked.
package struct SMTPTransport: MailTransport {
    private let server: MailServer
    private let connectionLimit: Duration
    private let limit: Duration
    private let thread = SendingThread("mail")

    /// Sends to `server`. A connection must stand within `connectionLimit`, and everything be done within `limit`.
    package init(_ server: MailServer, connectionLimit: Duration = .seconds(10), limit: Duration = .seconds(60)) {
        self.server = server
        self.connectionLimit = connectionLimit
        self.limit = limit
    }

    /// A cancelled task stops within about a second.
    package func send(_ message: MailMessage) async throws(DeliveryFailure) {
        let (server, connectionLimit, limit) = (server, connectionLimit, limit)
        let stop = StopSign()
        let failure = await withTaskCancellationHandler {
            await thread.run { () -> DeliveryFailure? in
                let transfer = SMTPTransfer(of: message, stop: stop)
                return transfer.perform(to: server, connectionLimit: connectionLimit, limit: limit)
            }
        } onCancel: {
            stop.isSet.store(true, ordering: .relaxed)
        }
        if let failure { throw failure }
    }
}

/// Tells a transfer that nobody waits for it any more.
final class StopSign: Sendable {
    let isSet = Atomic(false)
}
