import Core

extension IPAddress {
    /// Whether the address belongs to one place on the Internet: not private, loopback, link-local, shared by a
    /// carrier's customers, multicast or reserved.
    var hasPlace: Bool {
        guard let first = bytes.first, let second = bytes.dropFirst().first else { return false }
        if isIPv4 {
            switch (first, second) {
            case (0, _), (10, _), (127, _), (224..., _): return false
            case (100, 64...127), (169, 254), (172, 16...31), (192, 168): return false
            default: return true
            }
        }
        // What is assigned of IPv6 lies in 2000::/3; NAT64 (64:ff9b::/96) tells of a translator, not of a client.
        return first & 0xE0 == 0x20
    }
}
