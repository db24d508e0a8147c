package import Core

/// Finds the client's address behind proxies: `TRUSTED_PROXIES`.
///
/// `X-Forwarded-For` is whatever the client wrote, until a proxy of ours has added to it. So it counts only when the
/// connection comes from a trusted proxy, and is read from the right, as far as the addresses are trusted proxies themselves: what
/// stands further left may be forged.
package struct ClientAddress: Sendable {
    private let trustedProxies: [IPNetwork]

    package init(trustedProxies: [IPNetwork]) {
        self.trustedProxies = trustedProxies
    }

    /// Whether the other end of the connection is a proxy of ours.
    package func isTrusted(_ address: IPAddress?) -> Bool {
        guard let address else { return false }
        return trustedProxies.contains { $0.contains(address) }
    }

    /// The client's address for a connection from `peer` that carries `forwardedFor`.
    package func resolve(peer: IPAddress?, forwardedFor: String?) -> IPAddress? {
        guard isTrusted(peer), let forwardedFor else { return peer }
        var nearest = peer
        for hop in forwardedFor.split(separator: ",").reversed() {
            guard let address = Self.address(in: hop) else { return nearest }
            nearest = address
            guard isTrusted(address) else { return address }
        }
        return nearest
    }

    /// The address of one entry, which may have spaces, brackets or a port.
    private static func address(in hop: Substring) -> IPAddress? {
        let text = hop.drop { $0 == " " }.prefix { $0 != " " }
        if text.first == "[" { return IPAddress(text.dropFirst().prefix { $0 != "]" }) }
        if let address = IPAddress(text) { return address }
        return IPAddress(text.prefix { $0 != ":" })
    }
}
