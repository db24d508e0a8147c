import Core
import Credentials
import Guarding
import Identity
import Sessions

/// Sign-in, sessions and passwords.
package struct GateSettings: Sendable {
    /// `JWT_SECRET`, if it is set.
    let secret: Secret<String>?
    let previousSecrets: [Secret<String>]
    let limits: RateLimits
    let algorithm: AccessTokenAlgorithm
    let audience: String
    let clocks: SessionClocks
    let rotation: RotationPolicy
    let lockout: LockoutPolicy
    let passwordPolicy: PasswordPolicy
    let hashCost: PasswordHasher.Cost
    let hashThreads: Int
    let hashQueue: Int
    let registrationMode: RegistrationMode
    let reauthentication: ReauthenticationPolicy
    let recordsEvents: Bool

    init(_ reader: inout SettingsReader) {
        reader.section("Tokens")
        secret = reader.secret(
            "JWT_SECRET", "The root of all keys: 32 characters or more. Made up and kept in DATA_DIR in development.")
        let previous = reader.secret(
            "JWT_SECRET_PREVIOUS", "Older values of JWT_SECRET that still count after a change, by commas.")
        previousSecrets = (previous?.exposed ?? "").split(separator: ",").map { Secret(String($0)) }
        algorithm = reader.choice("JWT_ALGORITHM", default: .hs256, "How access tokens are signed.")
        audience =
            reader.text("JWT_AUDIENCE", default: "gatehouse", "For whom access tokens are: their claim aud.")
            ?? "gatehouse"
        clocks = Self.clocks(&reader)
        rotation = Self.rotation(&reader)
        lockout = Self.lockout(&reader)
        limits = Self.limits(&reader)
        passwordPolicy = Self.passwordPolicy(&reader)
        hashCost = PasswordHasher.Cost(
            memoryKiB: reader.integer(
                "PASSWORD_HASH_MEMORY_KIB", default: 19_456, in: 8...1_048_576, "Memory of one Argon2id hash."),
            passes: reader.integer("PASSWORD_HASH_PASSES", default: 2, in: 1...16, "Passes of one Argon2id hash."))
        hashThreads = reader.integer(
            "PASSWORD_HASH_THREADS", default: 2, in: 1...64, "How many passwords are hashed at the same time.")
        hashQueue = reader.integer(
            "PASSWORD_HASH_QUEUE", default: 64, in: 0...10_000, "How many more may wait; past it the answer is 503.")
        reader.section("Accounts")
        registrationMode = reader.choice("REGISTRATION_MODE", default: .invite, "Who may make an account.")
        reader.section("Step-up")
        reauthentication = ReauthenticationPolicy(
            window: .minutes(
                reader.integer(
                    "REAUTH_WINDOW_MINUTES", default: 5, in: 1...1440, "How long a proof of the password counts.")),
            requiredForDelete: reader.flag(
                "REQUIRE_REAUTH_FOR_DELETE", default: true, "Whether deleting asks for the password."),
            requiredForExport: reader.flag(
                "REQUIRE_REAUTH_FOR_EXPORT", default: true, "Whether exporting asks for the password."))
        reader.section("Security events")
        recordsEvents = reader.flag(
            "ENABLE_SECURITY_EVENT_LOGGING", default: true, "Whether security events are written.")
    }

    private static func clocks(_ reader: inout SettingsReader) -> SessionClocks {
        let access = reader.duration(
            "JWT_EXPIRATION", default: .minutes(15), in: .seconds(10)...(.hours(24)), "The life of an access token.")
        let refresh = reader.duration(
            "REFRESH_TOKEN_EXPIRATION", default: .days(7), in: .zero...(.days(400)),
            "How long a refresh token may lie unused; 0 switches this clock off.")
        reader.section("Sessions")
        let idle = reader.integer(
            "SESSION_INACTIVITY_TIMEOUT_MINUTES", default: 60, in: 0...525_600,
            "A session ends after so long without a request; 0 switches this clock off.")
        let absolute = reader.integer(
            "SESSION_ABSOLUTE_TIMEOUT_HOURS", default: 12, in: 0...8_760,
            "A session ends so long after sign-in; 0 switches this clock off.")
        return SessionClocks(
            accessToken: access, refreshToken: refresh == .zero ? nil : refresh,
            idle: idle == 0 ? nil : .minutes(idle), absolute: absolute == 0 ? nil : .hours(absolute))
    }

    private static func rotation(_ reader: inout SettingsReader) -> RotationPolicy {
        reader.section("Tokens")
        return RotationPolicy(
            rotates: reader.flag(
                "ENABLE_TOKEN_ROTATION", default: true, "Whether each use of a refresh token makes the next one."),
            detectsTheft: reader.flag(
                "ENABLE_THEFT_DETECTION", default: true, "Whether a refresh token used twice ends sessions."),
            theftResponse: reader.choice(
                "THEFT_RESPONSE", default: .user, "Which sessions that ends: all of the user's, or the one."),
            grace: .seconds(
                reader.integer(
                    "REFRESH_REUSE_GRACE_SECONDS", default: 0, in: 0...300,
                    "For clients without an Idempotency-Key: how long the last token still gets the same successor.")))
    }

    private static func lockout(_ reader: inout SettingsReader) -> LockoutPolicy {
        reader.section("Guessing")
        let failures = reader.integer(
            "MAX_LOGIN_ATTEMPTS", default: 5, in: 1...100, "So many failures lock an address, or a known device.")
        let duration = reader.integer(
            "LOCKOUT_DURATION_MINUTES", default: 30, in: 1...10_080, "How long a lock lasts.")
        let window = reader.integer(
            "LOCKOUT_WINDOW_MINUTES", default: 30, in: 1...10_080, "How long a failure is remembered.")
        return LockoutPolicy(maximumFailures: failures, window: .minutes(window), duration: .minutes(duration))
    }

    private static func limits(_ reader: inout SettingsReader) -> RateLimits {
        reader.section("Rate limits")
        var limits = RateLimits()
        for name in RateLimit.Name.allCases {
            let standard = limits[name]
            let prefix = "RATE_LIMIT_\(name.rawValue.uppercased())"
            let maximum = reader.integer(
                "\(prefix)_MAX", default: standard.maximum, in: 0...1_000_000_000,
                "Requests in a window (\(name.subject)); 0 switches the limit off.")
            let minutes = reader.integer(
                "\(prefix)_WINDOW", default: Int(standard.window.milliseconds / 60_000), in: 1...10_080,
                "The window, in minutes.")
            limits[name] = RateLimit(name, maximum: maximum, window: .minutes(minutes))
        }
        return limits
    }

    private static func passwordPolicy(_ reader: inout SettingsReader) -> PasswordPolicy {
        reader.section("Passwords")
        return PasswordPolicy(
            minimumLength: reader.integer(
                "MIN_PASSWORD_LENGTH", default: 12, in: 8...64, "The fewest characters of a new password."),
            requiresUppercase: reader.flag("REQUIRE_UPPERCASE", default: true, "An uppercase letter is needed."),
            requiresLowercase: reader.flag("REQUIRE_LOWERCASE", default: true, "A lowercase letter is needed."),
            requiresNumber: reader.flag("REQUIRE_NUMBER", default: true, "A number is needed."),
            requiresSpecialCharacter: reader.flag(
                "REQUIRE_SPECIAL_CHAR", default: true, "A special character is needed."))
    }
}

extension RateLimit.Name {
    /// Whose requests are counted together.
    fileprivate var subject: String { self == .api ? "per user, for strangers per address" : "per address" }
}
