import Core
import Testing

@Suite struct `an IP address` {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("2001:DB8::0001", "2001:db8::1"), ("::", "::"), ("::1", "::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:C000:0201", "192.0.2.1"), ("255.255.255.255", "255.255.255.255"),
        ("::192.0.2.1", "::192.0.2.1"),
    ])
    func `has one form`(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80", "[::1]", "::1%eth0", "01.2.3.4", " 1.2.3.4",
        "1.2.3.4 ",
        "1.2.3.4\0", "::g", ":::", "1:2:3:4:5:6:7:8:9", "localhost", String(repeating: "1", count: 100),
    ])
    func `is not read out of anything else`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `of version 6 counts by its network, of version 4 by itself`() throws {
        let one = try #require(IPAddress("2001:db8:1:2:3:4:5:6"))
        let neighbour = try #require(IPAddress("2001:db8:1:2::9"))
        let stranger = try #require(IPAddress("2001:db8:1:3::9"))
        #expect(one.subscriber == neighbour.subscriber)
        #expect(one.subscriber.description == "2001:db8:1:2::")
        #expect(one.subscriber != stranger.subscriber)
        let mapped = try #require(IPAddress("::ffff:192.0.2.1"))
        #expect(mapped.isIPv4 && mapped.subscriber == mapped)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("128.0.0.1", false),
        ("::2", false), ("::", false), ("10.0.0.1", false),
    ])
    func `knows whether it is this machine's own`(_ text: String, _ isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
    }

    @Test func `is read from random bytes without a trap`() {
        for text in RandomText(alphabet: "0123456789abcdef:::...%[]").texts(20_000, upTo: 50) {
            if let address = IPAddress(text) { #expect(IPAddress(address.description) == address) }
            _ = IPNetwork(text + "/12")
        }
    }
}

@Suite struct `a network` {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "::1", false), ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.128", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("2001:db8::/33", "2001:db8:7fff::", true),
        ("2001:db8::/33", "2001:db8:8000::", false), ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::/0", "2001::", true),
    ])
    func `contains what lies in it`(_ network: String, _ address: String, _ isInside: Bool) throws {
        let network = try #require(IPNetwork(network))
        #expect(network.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8/8", "/8", "x/8", "10/8",
    ])
    func `is not read out of anything else`(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }
}
