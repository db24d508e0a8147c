extension IPAddress {
    /// Whether the address is one of the public internet: what a request that somebody else has a say in may be sent to.
    ///
    /// Refused is all that IANA's registries of special addresses hold: private and link-local networks, this machine, the
    /// metadata services of clouds, carriers' own networks, documentation, multicast, and the transitional IPv6 forms that carry
    /// any IPv4 address inside (6to4, Teredo, NAT64). An IPv4-mapped address was read as the IPv4 address that it is.
    package var isPublic: Bool {
        if isIPv4 { return !Self.special.contains { $0.contains(self) } }
        // Only this block is given out so far (RFC 3587), so whatever is added to the others is refused as well.
        guard let first = bytes.first, (0x20...0x3F).contains(first) else { return false }
        return !Self.special.contains { $0.contains(self) }
    }

    private static let special: [IPNetwork] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    ].compactMap { IPNetwork($0) }
}
