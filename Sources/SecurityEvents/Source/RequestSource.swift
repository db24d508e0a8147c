package import Core

/// Where a request came from, as far as it can be trusted: for events, sessions and limits.
package struct RequestSource: Sendable, Hashable {
    /// The client's address, after the trusted proxies; `nil` for the command line.
    package var ip: IPAddress?
    /// The `User-Agent` header: printable characters only, at most 256.
    package var userAgent: String
    /// The request's identity, shown to the client as `X-Request-Id`.
    package var requestID: String
    /// What the browser says of itself besides.
    package var hints: ClientHints

    /// A source. Control characters and line breaks in `userAgent` are dropped (log injection), and it is cut.
    package init(ip: IPAddress?, userAgent: String, requestID: String, hints: ClientHints = ClientHints()) {
        self.ip = ip
        self.hints = hints
        let printable = userAgent.unicodeScalars.lazy.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: return false
            default: return true
            }
        }.prefix(256)
        self.userAgent = String(String.UnicodeScalarView(printable))
        self.requestID = requestID
    }

    /// The operator's own shell.
    package static let commandLine = RequestSource(ip: nil, userAgent: "gatehouse command line", requestID: "cli")

    /// The server itself, when nobody asked.
    package static let server = RequestSource(ip: nil, userAgent: "gatehouse server", requestID: "server")
}
