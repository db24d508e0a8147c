import Core

/// Where mails go: the value of `MAIL_URL`, which may hold a password and so is not kept as text.
///
/// - `smtp://USER:PASSWORD@HOST:587`: to a server, over a connection that STARTTLS must have secured (587 is
///   the port by default).
/// - `smtps://USER:PASSWORD@HOST:465`: the same, secured from the first byte.
/// - `file:./data/mail`: each mail becomes a file of that directory, for development.
///
/// Options: `?ca=PATH` trusts the certificates of that file instead of the system's. With `smtp:`, `?tls=opportunistic`
/// goes on without TLS when the server does not offer it, and `?tls=none` does not ask. A mail may hold a link that is
/// worth a password, and whoever sits on the line can make a server seem to offer nothing: therefore `none` is for this
/// machine alone, and `opportunistic`, meant for a relay in a network of one's own, never carries a password to another
/// machine.
package enum MailURL: Sendable, Equatable {
    case server(MailServer)
    case directory(path: String)

    /// What is wrong with the text, and what to do. It repeats nothing that could be part of a password.
    package struct Problem: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads the value of `MAIL_URL`.
    package init(_ text: String) throws(Problem) {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Problem(description: "must not hold control characters.")
        }
        if text.hasPrefix("file:") {
            var path = text.dropFirst("file:".count)
            if path.hasPrefix("//") { path = path.dropFirst(2) }
            guard !path.isEmpty else { throw Problem(description: "must name a directory, as file:./data/mail does.") }
            self = .directory(path: String(path))
        } else if text.hasPrefix("smtp://") {
            self = .server(try MailServer(text.dropFirst("smtp://".count), isSecureFromStart: false))
        } else if text.hasPrefix("smtps://") {
            self = .server(try MailServer(text.dropFirst("smtps://".count), isSecureFromStart: true))
        } else {
            throw Problem(description: "must start with smtp://, smtps:// or file:.")
        }
    }
}

extension MailURL: CustomStringConvertible {
    /// The address without user, password and options.
    package var description: String {
        switch self {
        case .server(let server): server.description
        case .directory(let path): "file:\(path)"
        }
    }
}
