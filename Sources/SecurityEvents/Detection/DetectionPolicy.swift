/// What is watched at a sign-in, and what comes of it. Everything is off by default.
package struct DetectionPolicy: Sendable, Hashable {
    /// `ENABLE_DEVICE_FINGERPRINT_CHECK`.
    package var checksDevices = false
    /// `DEVICE_MISMATCH_ACTION`.
    package var deviceMismatch = DeviceMismatchAction.challenge
    /// `ENABLE_IP_ANOMALY_DETECTION`.
    package var checksPlaces = false
    /// Which journeys are told.
    package var geo = GeoPolicy()
    /// `ENABLE_RISK_BASED_AUTH`.
    package var scoresRisk = false
    /// `RISK_CHALLENGE_THRESHOLD`.
    package var challengeAt = 50
    /// `RISK_WEIGHTS_FILE`.
    package var weights = RiskWeights()

    /// Everything off.
    package init() {}

    /// Whether anything is on.
    package var isOn: Bool { needsDevices || needsHabits }
    /// Whether devices have to be kept.
    var needsDevices: Bool { checksDevices || scoresRisk }
    /// Whether places and hours have to be kept.
    var needsHabits: Bool { checksPlaces || scoresRisk }
}
