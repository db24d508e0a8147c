import CRM
import Core
import FoundationEssentials
package import SecurityEvents

/// What is noticed about a sign-in whose password was right, and about exports.
package struct DetectionSettings: Sendable {
    /// What is on, and its limits; the weights are those of the file once it was read.
    package let policy: DetectionPolicy
    /// `LARGE_EXPORT_THRESHOLD` and `EXPORT_APPROVAL_ROWS`.
    let exportPolicy: ExportPolicy
    private let networksPath: String?
    private let listPath: String?
    private let weightsPath: String?

    init(_ reader: inout SettingsReader) {
        reader.section("Detection")
        var policy = DetectionPolicy()
        policy.checksDevices = reader.flag(
            "ENABLE_DEVICE_FINGERPRINT_CHECK", default: false,
            "Notice sign-ins from devices that a person has not used before.")
        policy.deviceMismatch = reader.choice(
            "DEVICE_MISMATCH_ACTION", default: .challenge,
            "What comes of it. Challenge asks for a second factor or a mailed code, and where neither can be, only tells."
        )
        policy.checksPlaces = reader.flag(
            "ENABLE_IP_ANOMALY_DETECTION", default: false,
            "Notice sign-ins that are too far from the last one; needs GEOIP_DATABASE_PATH.")
        policy.geo.thresholdMiles = reader.integer(
            "GEO_ANOMALY_THRESHOLD_MILES", default: 500, in: 1...12_500, "How far is too far.")
        let networks = reader.list(
            "TRUSTED_NETWORKS",
            "Networks that say nothing about where a person is, such as the office's VPN: 203.0.113.0/24, by commas.")
        policy.geo.trustedNetworks = networks.compactMap { IPNetwork($0) }
        if policy.geo.trustedNetworks.count != networks.count {
            reader.refuse("TRUSTED_NETWORKS", "must be addresses or networks such as 203.0.113.0/24, by commas.")
        }
        policy.scoresRisk = reader.flag(
            "ENABLE_RISK_BASED_AUTH", default: false, "Ask for more proof when a sign-in looks risky.")
        policy.challengeAt = reader.integer(
            "RISK_CHALLENGE_THRESHOLD", default: 50, in: 1...100,
            "At how many points of 100; gatehouse risk replay shows what that would have meant.")
        weightsPath = reader.text(
            "RISK_WEIGHTS_FILE", "How much each reason adds, if not the standard points; docs/detection.md tells how.")
        networksPath = reader.text(
            "GEOIP_ASN_DATABASE_PATH",
            "A GeoLite2 ASN or GeoIP2 ISP file (.mmdb), to know whose network an address is; read again when it changes."
        )
        listPath = reader.text(
            "RISK_ASN_FILE",
            "Networks that you suspect, hosting and anonymisers, by AS number, one a line; read again when it changes.")
        let large = reader.integer(
            "LARGE_EXPORT_THRESHOLD", default: 500, in: 1...1_000_000_000,
            "An export of so many clients is told as a large one.")
        let approvalRows = reader.integer(
            "EXPORT_APPROVAL_ROWS", default: 0, in: 0...1_000_000_000,
            "From so many clients on an export needs the approval of a second person, an owner or admin; 0 for never.")
        exportPolicy = ExportPolicy(large: LargeExport(threshold: large), approvalRows: approvalRows)
        self.policy = policy
        if listPath != nil, networksPath == nil {
            reader.refuse("RISK_ASN_FILE", "needs GEOIP_ASN_DATABASE_PATH, which tells whose network an address is.")
        }
    }

    /// The detection, with `places` to look addresses up in; `nil` when everything is off. Throws
    /// ``ConfigurationFailure`` when the file of weights cannot be used.
    func detection(places: PlaceDatabase, world: World) throws -> SignInDetection? {
        guard policy.isOn else { return nil }
        return SignInDetection(policy: try weighedPolicy(), addresses: addresses(places: places), world: world)
    }

    /// What addresses are looked up in. Opens the files.
    package func addresses(places: PlaceDatabase) -> AddressBook {
        AddressBook(
            places: places, networks: NetworkDatabase(path: networksPath), listed: ListedNetworks(path: listPath))
    }

    /// The policy with the weights of the file at `path`, or of `RISK_WEIGHTS_FILE`. Throws ``ConfigurationFailure``.
    package func weighedPolicy(path: String? = nil) throws -> DetectionPolicy {
        var policy = policy
        guard let path = path ?? weightsPath else { return policy }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
            throw ConfigurationFailure(problems: [ConfigurationProblem("RISK_WEIGHTS_FILE", "cannot be read.")])
        }
        do {
            policy.weights = try RiskWeights(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw ConfigurationFailure(problems: [ConfigurationProblem("RISK_WEIGHTS_FILE", "\(error)")])
        }
        return policy
    }

    /// What is on and cannot work, so that nobody believes in a protection that is not there.
    func notices(placesPath: String?, sendsMail: Bool) -> [String] {
        var notices: [String] = []
        if policy.checksPlaces, placesPath == nil {
            notices.append(
                "ENABLE_IP_ANOMALY_DETECTION does nothing without GEOIP_DATABASE_PATH: no place can be told.")
        }
        if policy.checksDevices, policy.deviceMismatch == .challenge, !sendsMail {
            notices.append(
                "DEVICE_MISMATCH_ACTION=challenge only tells of people without a second factor: MAIL_URL is not set.")
        }
        return notices
    }
}
