import Core

/// The variables of features that come later: read and checked now, so that a complete `.env` is accepted and a mistake in it is found,
/// and named at start when they are set, so that nobody believes a protection is on that is not there.
enum ReservedSettings {
    static func read(_ reader: inout SettingsReader) {
        reader.section("Later releases")
        let flags = [
            ("ENABLE_DEVICE_FINGERPRINT_CHECK", false, "Notice sign-ins from unknown devices."),
            ("ENABLE_IP_ANOMALY_DETECTION", false, "Notice sign-ins from unusual places."),
            ("ENABLE_RISK_BASED_AUTH", false, "Ask for more proof when a sign-in looks risky."),
        ]
        for (name, standard, summary) in flags {
            _ = reader.flag(name, default: standard, summary)
            reader.reserve()
        }
        _ = reader.integer(
            "GEO_ANOMALY_THRESHOLD_MILES", default: 500, in: 1...12_500, "How far is unusual.")
        reader.reserve()
    }
}
