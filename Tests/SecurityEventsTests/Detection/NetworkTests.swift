import Core
import SecurityEvents
import Testing

@Suite struct `the database of networks` {
    private let networks = NetworkDatabase(path: MaxMindTestFile.path(MaxMindTestFile.asn))

    @Test(arguments: [("1.128.0.1", "AS1221 Telstra Pty Ltd"), ("::ffff:1.128.0.1", "AS1221 Telstra Pty Ltd")])
    func `says whose an address is`(ip: String, name: String) throws {
        #expect(networks.network(of: try #require(IPAddress(ip)))?.description == name)
    }

    @Test(arguments: ["10.0.0.1", "127.0.0.1", "::1", "fc00::1"])
    func `says nothing of a private address`(ip: String) throws {
        #expect(networks.network(of: try #require(IPAddress(ip))) == nil)
    }

    @Test(arguments: [
        ("truncated", "is damaged or no MaxMind database"), ("emptied", "is damaged or no MaxMind database"),
        ("another kind", "holds no networks but GeoIP2-City"),
        ("removed", "cannot be found: No such file or directory"),
    ])
    func `keeps the old file when it goes bad under it`(how: String, reason: String) async throws {
        let bytes = try MaxMindTestFile.bytes(MaxMindTestFile.asn)
        let address = try #require(IPAddress("1.128.0.1"))
        try await ScratchFile.with(bytes) { file in
            let networks = NetworkDatabase(path: file.path)
            switch how {
            case "truncated": try file.overwrite(Array(bytes.prefix(5_000)))
            case "emptied": try file.overwrite([])
            case "another kind": try file.overwrite(try MaxMindTestFile.bytes(MaxMindTestFile.city))
            default: try file.remove()
            }
            #expect(networks.network(of: address)?.number == 1_221)
            #expect(networks.reload() == .kept(reason: reason))
            #expect(networks.problem == reason)
            #expect(networks.network(of: address)?.number == 1_221)
            try file.replace(bytes + [0])
            #expect(networks.reload() == .reloaded)
            #expect(networks.problem == nil)
        }
    }

    @Test func `with bits turned is refused or answers`() async throws {
        let (bytes, spoiler) = (try MaxMindTestFile.bytes(MaxMindTestFile.asn), Spoiler())
        let address = try #require(IPAddress("1.128.0.1"))
        try await ScratchFile.with { file in
            for _ in 0..<200 {
                var spoilt = bytes
                spoilt[spoiler.number(below: bytes.count)] ^= 1 << spoiler.number(below: 8)
                try file.overwrite(spoilt)
                if let network = NetworkDatabase(path: file.path).network(of: address) {
                    #expect(network.description.utf8.count <= 120)
                }
            }
        }
    }
}

@Suite struct `the list of suspect networks` {
    @Test func `is read with its comments, and again when it changes`() async throws {
        try await ScratchFile.with(Array("# hosting\r\nAS1221\n\n  64500 # ours\nas7\r\n".utf8)) { file in
            let listed = ListedNetworks(path: file.path)
            #expect(listed.count == 3 && listed.problem == nil)
            #expect(listed.contains(Network(number: 1_221)) && listed.contains(Network(number: 7)))
            #expect(!listed.contains(Network(number: 8)))
            #expect(listed.reload() == .unchanged)
            try file.replace(Array("8\n".utf8))
            #expect(listed.reload() == .reloaded)
            #expect(listed.contains(Network(number: 8)) && listed.count == 1)
        }
    }

    @Test(arguments: ["1\nAS\n", "1\n0\n", "1\n4294967296\n", "1\n-1", "1\n2 3", "1\nAS12x", "1\n\u{1B}[31m"])
    func `is kept as it was when a line is none`(text: String) async throws {
        try await ScratchFile.with(Array("5\n".utf8)) { file in
            let listed = ListedNetworks(path: file.path)
            try file.replace(Array(text.utf8))
            #expect(listed.reload() == .kept(reason: "has no AS number in line 2"))
            #expect(listed.count == 1 && listed.contains(Network(number: 5)))
            try file.remove()
            #expect(listed.reload() == .kept(reason: "cannot be found: No such file or directory"))
            #expect(listed.contains(Network(number: 5)))
        }
    }

    @Test func `is empty without a file`() {
        #expect(ListedNetworks(path: nil).count == 0)
        #expect(ListedNetworks(path: "/nowhere/list").problem != nil)
    }
}
