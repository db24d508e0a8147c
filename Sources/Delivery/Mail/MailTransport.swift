package import Logging

/// A way for mails to leave.
package protocol MailTransport: Sendable {
    /// Hands `message` over and returns when it was accepted. After a ``DeliveryFailure/temporary(_:)`` it may have been
    /// accepted all the same, because the answer was lost: the next try has the same `Message-ID`.
    func send(_ message: MailMessage) async throws(DeliveryFailure)
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
