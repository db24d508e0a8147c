package import Core

/// A mail server, and how it is spoken to.
package struct MailServer: Sendable, Equatable, CustomStringConvertible {
    /// When the connection is secured.
    package enum Security: Sendable, Hashable {
        /// From the first byte (`smtps:`).
        case fromStart
        /// By STARTTLS, or nothing is sent.
        case required
        /// By STARTTLS if the server offers it.
        case opportunistic
        case none
    }

    /// As whom to sign in.
    package struct Credentials: Sendable, Equatable {
        package let user: Secret<String>
        package let password: Secret<String>
    }

    /// A name or an IP address, the latter without brackets.
    package let host: String
    package let port: Int
    package let security: Security
    package let credentials: Credentials?
    /// A file of certificates to trust instead of the system's.
    package let authorityFile: String?

    /// `smtp://mail.example.com:587`: no user and no password.
    package var description: String {
        "\(security == .fromStart ? "smtps" : "smtp")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Reads what comes after `smtp://` or `smtps://`.
    init(_ rest: Substring, isSecureFromStart: Bool) throws(MailURL.Problem) {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let path = rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" }
        let query = rest.dropFirst(authority.count + path.count)
        guard path.isEmpty || path == "/", !query.contains("#") else {
            throw Self.problem(
                "has more after the host than options; is a /, ? or # in the password? Write it as %2F, %3F or %23.")
        }
        // An address as a user name has an @ of its own.
        let at = authority.lastIndex(of: "@")
        credentials = try at.map { (at) throws(MailURL.Problem) in try Self.credentials(authority[..<at]) }
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        (host, port) = try Self.place(place, standardPort: isSecureFromStart ? 465 : 587)
        let options = try Self.options(query.dropFirst())
        authorityFile = options["ca"]
        switch options["tls"] {
        case nil, "required": security = isSecureFromStart ? .fromStart : .required
        case "opportunistic" where !isSecureFromStart: security = .opportunistic
        case "none" where !isSecureFromStart: security = .none
        default:
            throw Self.problem(
                "has an option tls that is not required, opportunistic or none; smtps:// takes none but required.")
        }
        let isHere = host == "localhost" || IPAddress(host)?.isLoopback == true
        guard security != .none || isHere else {
            throw Self.problem("must not say tls=none for another machine: mails hold links that are worth a password.")
        }
        guard security != .opportunistic || isHere || credentials == nil else {
            throw Self.problem(
                "must not say tls=opportunistic with a password for another machine: it could be sent in the clear."
            )
        }
    }

    private static func problem(_ text: String) -> MailURL.Problem { MailURL.Problem(description: text) }

    private static func credentials(_ text: Substring) throws(MailURL.Problem) -> Credentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = parts.first.flatMap(decoded), let password = parts.dropFirst().first.flatMap(decoded) else {
            throw problem(
                "must give user and password as USER:PASSWORD@, percent-encoded (a % of their own is %25)."
            )
        }
        guard !user.isEmpty, !password.isEmpty else { throw problem("has an empty user or password.") }
        return Credentials(user: Secret(user), password: Secret(password))
    }

    private static func place(
        _ text: Substring, standardPort: Int
    ) throws(MailURL.Problem) -> (host: String, port: Int) {
        let host: Substring
        var rest: Substring
        if text.hasPrefix("[") {
            host = text.dropFirst().prefix { $0 != "]" }
            rest = text.dropFirst(host.count + 2)
            guard text.contains("]"), IPAddress(host)?.isIPv4 == false else {
                throw problem("must have an IPv6 address within its brackets.")
            }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text.dropFirst(host.count)
            guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(isHostCharacter) else {
                throw problem("must name a host of ASCII letters, digits, dots and dashes.")
            }
        }
        guard !rest.isEmpty else { return (host.lowercased(), standardPort) }
        guard rest.removeFirst() == ":", rest.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(rest),
            (1...65_535).contains(port)
        else { throw problem("must have a port from 1 to 65535 after the host.") }
        return (host.lowercased(), port)
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }

    private static func options(_ query: Substring) throws(MailURL.Problem) -> [String: String] {
        var options: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first.map(String.init), ["ca", "tls"].contains(name), options[name] == nil,
                let value = parts.dropFirst().first.flatMap(decoded), !value.isEmpty
            else { throw problem("knows the options tls=required|opportunistic|none and ca=PATH, each once.") }
            options[name] = value
        }
        return options
    }

    /// `text` without its percent-encoding; `nil` when that is broken, or hides a control character or what is not
    /// UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 65...70: character - 55
        case 97...102: character - 87
        default: nil
        }
    }
}
