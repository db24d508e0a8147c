import Core
import SecurityEvents
import Testing

@Suite struct `a place` {
    private let places = PlaceDatabase(path: MaxMindTestFile.path(MaxMindTestFile.city))

    private func place(_ ip: String) throws -> Place? { places.place(of: try #require(IPAddress(ip))) }

    @Test(
        arguments: [
            ("81.2.69.160", "London, United Kingdom", "England"),
            ("2.125.160.216", "Boxford, United Kingdom", "England"),
            ("216.160.83.56", "Milton, United States", "Washington"),
            ("89.160.20.112", "Linköping, Sweden", "Östergötland County"),
            ("175.16.199.0", "Changchun, China", "Jilin Sheng"),
            ("2001:480:10::1", "San Diego, United States", "California"), ("2001:218::", "Japan", nil),
            ("2a02:d300::1", "Ukraine", nil), ("67.43.156.1", "Bhutan", nil), ("202.196.224.1", "Philippines", nil),
            ("::ffff:81.2.69.160", "London, United Kingdom", "England"),
        ] as [(String, String, String?)])
    func `is named in English`(ip: String, name: String, region: String?) throws {
        let place = try #require(try place(ip))
        #expect(place.description == name)
        #expect(place.region == region)
    }

    @Test func `has coordinates and says how far they can be trusted`() throws {
        let milton = try #require(try place("216.160.83.56"))
        #expect(milton.latitude == 47.2513)
        #expect(milton.longitude == -122.3149)
        #expect(milton.accuracyRadiusKilometres == 22)
    }

    @Test(arguments: [
        "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::5102:45a0", "8.8.8.8", "2606:4700::1111",
    ])
    func `is unknown for a private or unlisted address`(ip: String) throws {
        #expect(try place(ip) == nil)
    }

    @Test func `is described by what is known of it`() {
        #expect(
            Place(city: "Melbourne", region: "Victoria", country: "Australia")?.description == "Melbourne, Australia")
        #expect(Place(region: "Victoria", country: "Australia")?.description == "Victoria, Australia")
        #expect(Place(country: "Australia")?.description == "Australia")
        #expect(Place(city: "Melbourne")?.description == "Melbourne")
        #expect(Place(latitude: 1, longitude: 2) == nil)
    }

    @Test func `is never what only a damaged database would say`() throws {
        #expect(Place(city: "a\u{1B}[2J", region: "", country: String(repeating: "x", count: 101)) == nil)
        #expect(Place(city: "a\u{202E}b") == nil)
        for (latitude, longitude) in [(91, 0), (0, -181), (.nan, 0), (0, .infinity)] as [(Double, Double)] {
            let place = Place(
                country: "Australia", latitude: latitude, longitude: longitude, accuracyRadiusKilometres: 5)
            #expect(try #require(place).latitude == nil)
            #expect(place?.longitude == nil && place?.accuracyRadiusKilometres == nil)
        }
    }
}

@Suite struct `the place database` {
    private let london = IPAddress("81.2.69.160")

    private func placeOfLondon(_ places: PlaceDatabase) throws -> String? {
        places.place(of: try #require(london))?.description
    }

    private static func refusal(_ path: String) -> String? {
        let places = PlaceDatabase(path: path)
        #expect(places.edition == nil)
        return places.problem
    }

    @Test func `knows nothing when it is switched off`() throws {
        let places = PlaceDatabase(path: nil)
        #expect(try placeOfLondon(places) == nil)
        #expect(places.problem == nil && places.edition == nil)
        #expect(places.reload() == .unchanged)
    }

    @Test func `says which edition is in use`() throws {
        let edition = PlaceDatabase(path: MaxMindTestFile.path(MaxMindTestFile.city)).edition
        #expect(edition?.type == "GeoIP2-City")
        #expect(try #require(edition).builtAt > Timestamp(seconds: 1_600_000_000))
    }

    @Test func `says why it cannot use what it is given`() async throws {
        #expect(Self.refusal("/nowhere/places.mmdb")?.contains("No such file") == true)
        #expect(Self.refusal("/tmp") == "is not a file")
        #expect(Self.refusal("/dev/zero") == "is not a file")
        #expect(
            Self.refusal(MaxMindTestFile.path(MaxMindTestFile.asn)) == "holds no cities or countries but GeoLite2-ASN")
        try await ScratchFile.with([]) { file in
            #expect(Self.refusal(file.path) == "is damaged or no MaxMind database")
        }
        #expect(Self.refusal(#filePath) == "is damaged or no MaxMind database")
    }

    @Test func `takes up a file that comes later`() async throws {
        try await ScratchFile.with { file in
            let places = PlaceDatabase(path: file.path)
            #expect(places.problem != nil)
            try file.replace(try MaxMindTestFile.bytes(MaxMindTestFile.city))
            #expect(places.reload() == .reloaded)
            #expect(places.problem == nil)
            #expect(try placeOfLondon(places) == "London, United Kingdom")
        }
    }

    @Test func `reads a file once, good or bad, until it changes`() async throws {
        let bytes = try MaxMindTestFile.bytes(MaxMindTestFile.city)
        try await ScratchFile.with(bytes) { file in
            let places = PlaceDatabase(path: file.path)
            #expect(places.reload() == .unchanged)
            try file.replace(bytes + [0])
            #expect(places.reload() == .reloaded)
            #expect(places.reload() == .unchanged)
            try file.replace(Array(bytes.prefix(20_000)))
            let kept = places.reload()
            #expect(kept == .kept(reason: "is damaged or no MaxMind database"))
            #expect(places.reload() == kept)
            #expect(places.problem == "is damaged or no MaxMind database")
            try file.replace(bytes)
            #expect(places.reload() == .reloaded)
            #expect(places.problem == nil)
        }
    }

    @Test(arguments: [
        ("truncated", "is damaged or no MaxMind database"), ("emptied", "is damaged or no MaxMind database"),
        ("another kind", "holds no cities or countries but GeoLite2-ASN"),
        ("removed", "cannot be found: No such file or directory"),
    ])
    func `keeps the old one when the file goes bad under it`(how: String, reason: String) async throws {
        let bytes = try MaxMindTestFile.bytes(MaxMindTestFile.city)
        try await ScratchFile.with(bytes) { file in
            let places = PlaceDatabase(path: file.path)
            switch how {
            case "truncated": try file.overwrite(Array(bytes.prefix(5_000)))
            case "emptied": try file.overwrite([])
            case "another kind": try file.overwrite(try MaxMindTestFile.bytes(MaxMindTestFile.asn))
            default: try file.remove()
            }
            // A look-up into a mapping of the file would end the process here.
            #expect(try placeOfLondon(places) == "London, United Kingdom")
            #expect(places.reload() == .kept(reason: reason))
            #expect(places.problem == reason)
            #expect(try placeOfLondon(places) == "London, United Kingdom")
            #expect(places.edition?.type == "GeoIP2-City")
        }
    }

    @Test func `answers from two threads while a third swaps the file`() async throws {
        let bytes = try MaxMindTestFile.bytes(MaxMindTestFile.city)
        try await ScratchFile.with(bytes) { file in
            let places = PlaceDatabase(path: file.path)
            let address = try #require(london)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var wrong = 0
                        for _ in 0..<3_000 where places.place(of: address)?.city != "London" { wrong += 1 }
                        return wrong
                    }
                }
                for number in 1...20 {
                    try file.replace(
                        number % 3 == 0 ? Array(bytes.prefix(number * 500)) : bytes + [0, 0].prefix(number % 2))
                    if case .kept = places.reload() { #expect(number % 3 == 0) }
                }
                for try await wrong in group { #expect(wrong == 0) }
            }
        }
    }
}
