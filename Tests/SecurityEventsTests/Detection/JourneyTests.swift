import Core
import TestSupport
import Testing

@testable import SecurityEvents

@Suite struct `the distance between two spots` {
    private static func spot(_ latitude: Double, _ longitude: Double) throws -> Coordinates {
        try #require(Coordinates(latitude: latitude, longitude: longitude))
    }

    /// Great-circle distances in miles, by another formula: the angle between two vectors.
    @Test(
        arguments: [
            (51.5074, -0.1278, 40.7128, -74.006, 3_461), (-37.8136, 144.9631, 39.7392, -104.9903, 8_767),
            (0, 0, 0, 180, 12_437), (90, 0, -90, 0, 12_437), (0, 179.5, 0, -179.5, 69), (0, 0, 0, 0, 0),
        ] as [(Double, Double, Double, Double, Double)])
    func `is that of the great circle`(a: Double, b: Double, c: Double, d: Double, miles: Double) throws {
        let found = try Self.spot(a, b).miles(to: Self.spot(c, d))
        #expect(abs(found - miles) <= max(1, miles * 0.005), "\(found)")
    }

    @Test func `is symmetric, never negative, at most half the globe, and keeps the triangle`() throws {
        let spoiler = Spoiler()
        func any() throws -> Coordinates {
            let latitude = Double(spoiler.number(below: 180_001)) / 1_000 - 90
            return try Self.spot(latitude, Double(spoiler.number(below: 360_001)) / 1_000 - 180)
        }
        for _ in 0..<5_000 {
            let (a, b, c) = (try any(), try any(), try any())
            let distance = a.miles(to: b)
            #expect(abs(distance - b.miles(to: a)) < 1e-6)
            #expect((0...12_437).contains(distance))
            #expect(distance <= a.miles(to: c) + c.miles(to: b) + 1e-6)
            #expect(a.miles(to: a) == 0)
        }
    }

    @Test(
        arguments: [(91, 0), (-91, 0), (0, 181), (.nan, 0), (0, .infinity), (0, .nan)] as [(Double, Double)])
    func `is none off the globe`(latitude: Double, longitude: Double) {
        #expect(Coordinates(latitude: latitude, longitude: longitude) == nil)
    }
}

@Suite struct `a journey between sign-ins` {
    private static let start = TestWorld.start

    private static func at(
        _ name: String, _ latitude: Double, _ longitude: Double, radius: Int = 0, after: Duration = .zero
    ) throws -> FormerPlace {
        let place = Place(
            city: name, country: "Testland", latitude: latitude, longitude: longitude, accuracyRadiusKilometres: radius)
        return try #require(FormerPlace(place, IPAddress("81.2.69.160"), at: start + after))
    }

    private static func anomaly(_ from: FormerPlace, _ to: FormerPlace) -> GeoAnomaly? {
        GeoAnomaly(from: from, to: to, GeoPolicy())
    }

    @Test func `is told when it is farther than the threshold, however long it took`() throws {
        let home = try Self.at("Denver", 39.74, -104.99)
        let abroad = try Self.at("Melbourne", -37.81, 144.96, after: .days(30))
        let anomaly = try #require(Self.anomaly(home, abroad))
        #expect(anomaly.isFar && !anomaly.isImpossible)
        #expect(
            anomaly.text == "Melbourne, Testland; 8,800 miles from your last sign-in in Denver, Testland")
        #expect(anomaly.detail["because"] == "distance")
        #expect(anomaly.detail["formerPlace"] == "Denver, Testland")
    }

    @Test func `is told when nobody can travel so fast`() throws {
        let home = try Self.at("Here", 40, -100)
        // About 311 miles north: under the threshold.
        let near = try Self.at("There", 44.5, -100, after: .minutes(20))
        let anomaly = try #require(Self.anomaly(home, near))
        #expect(anomaly.isImpossible && !anomaly.isFar)
        #expect(Self.anomaly(home, try Self.at("There", 44.5, -100, after: .hours(6))) == nil)
        #expect(Self.anomaly(home, try Self.at("Next", 41, -100, after: .seconds(1))) == nil, "69 miles are noise")
    }

    @Test func `is as fast as can be when the clock was set back`() throws {
        let home = try Self.at("Here", 40, -100)
        let before = try Self.at("There", 44.5, -100, after: .hours(-5))
        let anomaly = try #require(Self.anomaly(home, before))
        #expect(anomaly.journey.milesPerHour.isFinite && anomaly.isImpossible)
    }

    @Test func `has both accuracy radii taken off`() throws {
        // 621 miles apart, with 1,000 km of doubt together.
        let home = try Self.at("Here", 40, -100, radius: 400)
        let there = try Self.at("There", 49, -100, radius: 600, after: .minutes(1))
        #expect(Self.anomaly(home, there) == nil)
        #expect(Journey(from: home, to: there).miles < 1)
        #expect(Self.anomaly(home, try Self.at("There", 49, -100, after: .days(1))) == nil)
        #expect(Self.anomaly(try Self.at("Here", 40, -100), try Self.at("There", 49, -100, after: .days(1))) != nil)
    }

    @Test func `of an absurd radius is none`() throws {
        let home = try Self.at("Here", 40, -100)
        #expect(Self.anomaly(home, try Self.at("There", -40, 80, radius: .max, after: .days(1))) == nil)
    }

    @Test func `is rounded to what can be known`() throws {
        for (latitude, text) in [(48.0, "550 miles"), (55.0, "1,000 miles"), (60.0, "1,400 miles")] {
            let anomaly = try #require(
                Self.anomaly(try Self.at("Here", 40, 0), try Self.at("There", latitude, 0, after: .days(9))))
            #expect(anomaly.text.contains("; \(text) from"), "\(anomaly.text)")
        }
    }
}
