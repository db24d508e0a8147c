import CRM
import Core
import Foundation
import SecurityEvents
import TestSupport
import Testing

@testable import Server

@Suite struct `the settings of the detection` {
    private static func read(_ variables: [String: String]) throws -> ServerConfiguration {
        try ServerConfiguration.read(environment: variables)
    }

    @Test func `have everything off, and make nothing`() throws {
        let detection = try Self.read([:]).detection
        #expect(detection.policy == DetectionPolicy())
        #expect(!detection.policy.isOn && detection.policy.deviceMismatch == .challenge)
        #expect(detection.policy.geo.thresholdMiles == 500)
        #expect(detection.exportPolicy == ExportPolicy(large: LargeExport(threshold: 500), approvalRows: 0))
        #expect(try detection.detection(places: PlaceDatabase(path: nil), world: TestWorld().world) == nil)
    }

    @Test(arguments: [
        "ENABLE_DEVICE_FINGERPRINT_CHECK", "ENABLE_IP_ANOMALY_DETECTION", "ENABLE_RISK_BASED_AUTH",
    ])
    func `make a detection as soon as one of them is on`(name: String) throws {
        let detection = try Self.read([name: "true"]).detection
        #expect(try detection.detection(places: PlaceDatabase(path: nil), world: TestWorld().world) != nil)
    }

    @Test(arguments: [
        ("DEVICE_MISMATCH_ACTION", "shout"), ("TRUSTED_NETWORKS", "10.0.0.0/8, office"), ("RISK_ASN_FILE", "list"),
        ("RISK_CHALLENGE_THRESHOLD", "0"), ("LARGE_EXPORT_THRESHOLD", "0"), ("GEO_ANOMALY_THRESHOLD_MILES", "0"),
    ])
    func `refuse what cannot be meant`(name: String, value: String) {
        let refused = `server configuration`.refused([name: value])
        #expect(refused == [name])
    }

    @Test func `say what is on and cannot work`() throws {
        let notices = try Self.read([
            "ENABLE_IP_ANOMALY_DETECTION": "true", "ENABLE_DEVICE_FINGERPRINT_CHECK": "true",
        ]).notices
        #expect(notices.contains { $0.hasPrefix("ENABLE_IP_ANOMALY_DETECTION does nothing without") })
        #expect(notices.contains { $0.hasPrefix("DEVICE_MISMATCH_ACTION=challenge only tells") })
        let whole = try Self.read([
            "ENABLE_IP_ANOMALY_DETECTION": "true", "ENABLE_DEVICE_FINGERPRINT_CHECK": "true",
            "GEOIP_DATABASE_PATH": "places.mmdb", "MAIL_URL": "file:mail",
        ]).notices
        #expect(!whole.contains { $0.contains("DEVICE_MISMATCH") || $0.contains("ANOMALY") })
    }

    @Test func `take the weights of a file, and refuse a bad one`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("weights-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let detection = try Self.read(["RISK_WEIGHTS_FILE": path]).detection
        #expect(throws: ConfigurationFailure.self) { try detection.weighedPolicy() }
        try Data("speed = 7\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try detection.weighedPolicy().weights[.speed] == 7)
        try Data("speed = fast\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: ConfigurationFailure.self) { try detection.weighedPolicy() }
    }
}
