import Core
import Credentials
import Delivery
import Identity
import Web

/// What production refuses: values that are right on a developer's machine and a hole in front of people.
struct ProductionSafety {
    let process: ProcessSettings
    let database: DatabaseSettings
    let gate: GateSettings
    let web: WebSettings
    let accounts: AccountSettings
    let sms: SMSSettings

    /// Every unsafe value, with the remedy.
    var problems: [ConfigurationProblem] {
        var problems = secretProblems
        func refuse(_ name: String, _ message: String) { problems.append(ConfigurationProblem(name, message)) }
        if gate.secret == nil {
            refuse("JWT_SECRET", "is needed in production. Make one with: openssl rand -base64 48")
        }
        if !web.cookieSecure {
            refuse(
                "COOKIE_SECURE", "must be true in production: over plain http anybody on the way can take a session.")
        }
        if web.cookieSameSite == .none {
            refuse(
                "COOKIE_SAMESITE",
                "must be strict or lax in production: none sends the cookies with every site's requests.")
        }
        if !process.publicURL.hasPrefix("https://") {
            refuse("PUBLIC_URL", "must be set to the https:// address under which people reach the server.")
        }
        if web.corsOrigins.contains(where: { $0.hasPrefix("http://") }) {
            refuse("CORS_ALLOWED_ORIGINS", "must be https:// origins in production.")
        }
        if database.isRemote, [.disable, .allow, .prefer].contains(database.sslMode) {
            refuse("DB_SSL_MODE", "must be require or stricter: the database is on another machine.")
        }
        if process.trustedProxies.contains(where: \.isEverything) {
            refuse("TRUSTED_PROXIES", "must not hold the whole internet: anybody could then choose an address.")
        }
        if case .directory = accounts.mailURL {
            refuse("MAIL_URL", "must not be a directory in production: nobody would get their mail.")
        }
        if case .directory = sms.url {
            refuse("TWILIO_API_URL", "must not be a directory in production: nobody would get their codes.")
        }
        if gate.hashCost.memoryKiB < 19_456 {
            refuse("PASSWORD_HASH_MEMORY_KIB", "must be at least 19456 in production.")
        }
        return problems
    }

    /// What is wrong with the secrets that are set.
    var secretProblems: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        let all = [("JWT_SECRET", gate.secret)] + gate.previousSecrets.map { ("JWT_SECRET_PREVIOUS", Optional($0)) }
        for (name, secret) in all {
            guard let text = secret?.exposed else { continue }
            if text.utf8.count < 32 {
                problems.append(
                    ConfigurationProblem(
                        name, "must have 32 characters or more. Make one with: openssl rand -base64 48"))
            } else if Self.isPlaceholder(text) {
                problems.append(
                    ConfigurationProblem(
                        name, "is the placeholder of an example. Make one with: openssl rand -base64 48"))
            }
        }
        return problems
    }

    /// Whether a secret is one that stands in somebody's documentation, or one key held down.
    private static func isPlaceholder(_ secret: String) -> Bool {
        let text = secret.lowercased()
        let marks = [
            "change-this", "changethis", "changeme", "change_me", "change-me", "your-", "placeholder", "example",
        ]
        return marks.contains { text.contains($0) } || Set(text).count < 8
    }
}
