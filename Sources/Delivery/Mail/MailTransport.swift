package import Logging

/// A way for mails to leave.
package protocol MailTransport: Sendable {
    /// Hands `message` over and returns when it was accepted. After a ``MailFailure/temporary(_:)`` it may have been
    /// accepted all the same, because the answer was lost: the next try has the same `Message-ID`.
    func send(_ message: MailMessage) async throws(MailFailure)
}

/// Why a mail was not accepted, for the operator: without the password, the mail's text, and the recipient's address.
package enum MailFailure: Error, Hashable {
    /// Worth another try: the server is away, busy or misconfigured, or so are we.
    case temporary(String)
    /// The server refuses this recipient or this mail, and will again.
    case permanent(String)
}

extension MailURL {
    /// What sends to it. Nothing is opened before the first mail.
    package func transport(log: Logger) -> any MailTransport {
        switch self {
        case .server(let server): SMTPTransport(server)
        case .directory(let path): FileTransport(directory: path, log: log)
        }
    }
}
