import Core

/// One row of the table of limits: so many requests in so long a window. `RATE_LIMIT_<NAME>_MAX`, `_WINDOW` (minutes).
package struct RateLimit: Sendable, Hashable {
    /// The name in the counters, the log and the variable.
    package let name: Name
    /// How many requests a window may hold.
    package var maximum: Int
    /// How long the window is; it slides.
    package var window: Duration

    package init(_ name: Name, maximum: Int, window: Duration) {
        self.name = name
        self.maximum = maximum
        self.window = window
    }

    /// The limits there are. The raw value is the `<NAME>` of the variables, in lower case.
    package enum Name: String, Sendable, CaseIterable {
        case login
        case register
        case forgotPassword = "forgot_password"
        case refresh
        case sms
        case api
        case health

        /// What a person is told when the limit refuses them: the seed's words.
        package var message: String {
            switch self {
            case .login: return "Too many login attempts, please try again later"
            case .register: return "Too many registration attempts"
            case .forgotPassword: return "Too many password reset requests"
            case .refresh: return "Too many refresh requests"
            case .sms: return "Too many codes were sent, please try again later"
            case .api: return "API rate limit exceeded"
            case .health: return "Too many health check requests"
            }
        }

        /// Whether one limit holds for all nodes together. A refresh is not worth it: its token cannot be guessed, and each node counts
        /// in memory.
        package var isShared: Bool {
            switch self {
            case .login, .register, .forgotPassword, .sms: return true
            case .refresh, .api, .health: return false
            }
        }

        /// Whether the limit guards credentials.
        package var isAuthentication: Bool {
            switch self {
            case .login, .register, .forgotPassword, .refresh, .sms: return true
            case .api, .health: return false
            }
        }
    }
}

/// All limits in force.
package struct RateLimits: Sendable, Hashable {
    private var limits: [RateLimit.Name: RateLimit]

    /// The seed's table.
    package init() {
        let table = [
            RateLimit(.login, maximum: 30, window: .minutes(15)),
            RateLimit(.register, maximum: 5, window: .minutes(60)),
            RateLimit(.forgotPassword, maximum: 5, window: .minutes(60)),
            RateLimit(.refresh, maximum: 100, window: .minutes(15)),
            RateLimit(.sms, maximum: 5, window: .minutes(60)),
            RateLimit(.api, maximum: 1000, window: .minutes(15)),
            RateLimit(.health, maximum: 60, window: .minutes(1)),
        ]
        limits = Dictionary(table.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The limit of that name. A maximum of 0 switches it off.
    package subscript(name: RateLimit.Name) -> RateLimit {
        get { limits[name] ?? RateLimit(name, maximum: 0, window: .minutes(1)) }
        set { limits[name] = newValue }
    }
}
