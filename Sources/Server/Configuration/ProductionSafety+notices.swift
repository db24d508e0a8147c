import Guarding
import Identity
import Sessions
import Web

extension ProductionSafety {
    /// What an operator may want and should have meant: guards that are switched off. Nothing of it is refused.
    var notices: [String] {
        var notices: [String] = []
        func warn(_ name: String, _ message: String) { notices.append("\(name) \(message)") }
        for name in RateLimit.Name.allCases where name.isAuthentication && gate.limits[name].maximum == 0 {
            warn("RATE_LIMIT_\(name.rawValue.uppercased())_MAX", "is 0: nothing limits these requests.")
        }
        if !gate.recordsEvents {
            warn("ENABLE_SECURITY_EVENT_LOGGING", "is false: nobody will be able to tell what happened.")
        }
        if !gate.rotation.rotates {
            warn("ENABLE_TOKEN_ROTATION", "is false: a stolen refresh token is good until its session ends.")
        }
        if !gate.rotation.detectsTheft {
            warn("ENABLE_THEFT_DETECTION", "is false: a refresh token that is used twice ends nothing.")
        }
        if web.contentPolicy.scriptSources.split(separator: " ").contains(where: Self.isAnywhere) {
            warn("CSP_SCRIPT_SRC", "lets pages run scripts from anywhere.")
        }
        let clocks = gate.clocks
        if clocks.refreshToken == nil, clocks.idle == nil, clocks.absolute == nil {
            warn(
                "SESSION_ABSOLUTE_TIMEOUT_HOURS",
                "is 0, and so are SESSION_INACTIVITY_TIMEOUT_MINUTES and REFRESH_TOKEN_EXPIRATION: sessions never end.")
        }
        return notices
    }

    private static func isAnywhere(_ source: Substring) -> Bool { ["*", "https:", "http:"].contains(source) }
}
