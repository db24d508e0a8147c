import Accounts
import Core
import Credentials
import Guarding
import Identity
import Sessions
import Testing
import Web

@testable import Server

@Suite struct `server configuration` {
    static let goodSecret = "kX9vQ2mZ7rT4bN8cW1yL6pD3sF5gH0jA"

    /// What production needs at least.
    static let production = [
        "GATEHOUSE_ENV": "production", "JWT_SECRET": goodSecret, "PUBLIC_URL": "https://crm.example.com",
    ]

    /// The names of the variables that are refused, in order and each once.
    static func refused(_ variables: [String: String], file: String = "") -> [String] {
        do {
            _ = try ServerConfiguration.read(environment: variables, file: EnvironmentFile(file))
            return []
        } catch let failure as ConfigurationFailure {
            return failure.problems.map(\.name)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func `has the specification's values by default`() throws {
        let gate = try ServerConfiguration.read(environment: [:]).gate
        #expect(gate.clocks == SessionClocks())
        #expect(gate.clocks.accessToken == .minutes(15))
        #expect(gate.clocks.refreshToken == .days(7))
        #expect(gate.clocks.idle == .minutes(60))
        #expect(gate.clocks.absolute == .hours(12))
        #expect(gate.rotation == RotationPolicy())
        #expect(gate.lockout == LockoutPolicy(maximumFailures: 5, window: .minutes(30), duration: .minutes(30)))
        #expect(gate.limits == RateLimits())
        #expect(gate.passwordPolicy == PasswordPolicy())
        #expect(gate.hashCost == PasswordHasher.Cost(memoryKiB: 19_456, passes: 2))
        #expect(gate.registrationMode == .invite)
        #expect(gate.reauthentication.window == .minutes(5))
        #expect(gate.reauthentication.requiredForDelete)
        #expect(gate.reauthentication.requiredForExport)
        #expect(gate.recordsEvents)
        #expect(gate.algorithm == .hs256)
    }

    /// Variables whose default is stricter than the specification's example, or depends on the machine.
    private static let ownDefaults: Set<String> = [
        "JWT_SECRET", "SENTRY_DSN", "COOKIE_DOMAIN", "COOKIE_SECURE", "CORS_ALLOWED_ORIGINS", "DB_SSL_MODE",
        "CSP_SCRIPT_SRC", "CSP_STYLE_SRC", "CSP_IMG_SRC", "CSP_CONNECT_SRC",
    ]

    @Test(arguments: SeedEnvironment.names.subtracting(ownDefaults).sorted())
    func `agrees with the specification's file on every default`(name: String) throws {
        let settings = try ServerConfiguration.read(environment: [:]).settings
        let setting = try #require(settings.first { $0.name == name })
        let written = try #require(EnvironmentFile(SeedEnvironment.text).values[name])
        #expect(setting.standard == written)
    }

    @Test func `takes the specification's file as it stands on a developer's machine`() throws {
        let configuration = try ServerConfiguration.read(
            environment: [:], file: EnvironmentFile(SeedEnvironment.text))
        #expect(configuration.web.cookieSecure)
        #expect(configuration.web.cookieDomain == ".example.com")
        #expect(configuration.web.corsOrigins == ["https://crm.example.com", "https://www.example.com"])
        #expect(configuration.web.contentPolicy.scriptSources == "'self' 'unsafe-inline' 'unsafe-eval'")
        #expect(configuration.web.contentPolicy.connectSources == "'self' https://api.example.com")
        #expect(configuration.database.sslMode == .require)
        #expect(configuration.notices.contains { $0.hasPrefix("JWT_SECRET: is the placeholder") })
        #expect(!configuration.notices.contains { $0.contains("misspelt") })
    }

    @Test func `takes the specification's file in production once its placeholder is replaced`() throws {
        let seed = SeedEnvironment.text
        var variables = ["GATEHOUSE_ENV": "production", "PUBLIC_URL": "https://crm.example.com"]
        #expect(Self.refused(variables, file: seed) == ["JWT_SECRET"])
        variables["JWT_SECRET"] = Self.goodSecret
        #expect(Self.refused(variables, file: seed) == [])
    }

    @Test func `knows every variable of the specification's file`() throws {
        let known = Set(try ServerConfiguration.read(environment: [:]).settings.map(\.name))
        #expect(SeedEnvironment.names.subtracting(known) == [])
    }

    @Test func `puts the environment before the file and the file before the default`() throws {
        let file = EnvironmentFile("PORT=1111\nHOST=192.0.2.1\nLOG_LEVEL=debug")
        let configuration = try ServerConfiguration.read(environment: ["PORT": "2222", "LOG_LEVEL": ""], file: file)
        #expect(configuration.port == 2222)
        #expect(configuration.host == "192.0.2.1")
        #expect(configuration.logLevel == .debug)
        #expect(configuration.logFormat == .text)
    }

    @Test func `reports everything that is wrong at once, by name and never by value`() {
        let bad = [
            "PORT": "s3cr3t-port", "JWT_EXPIRATION": "s3cr3t-life", "MAX_LOGIN_ATTEMPTS": "0",
            "COOKIE_SECURE": "s3cr3t-flag", "JWT_ALGORITHM": "s3cr3t-none", "DATABASE_URL": "mysql://s3cr3t@host/db",
            "TRUSTED_PROXIES": "s3cr3t-proxy", "PUBLIC_URL": "s3cr3t-url", "CSP_IMG_SRC": "s3cr3t; script-src *",
            "CORS_ALLOWED_ORIGINS": "*,s3cr3t", "ENABLE_MFA": "s3cr3t-mfa",
        ]
        do {
            _ = try ServerConfiguration.read(environment: bad, file: EnvironmentFile("s3cr3t line"))
            Issue.record("it was accepted")
        } catch {
            let text = "\(error)"
            for name in bad.keys { #expect(text.contains("- \(name): "), "\(name)") }
            #expect(text.contains("- .env: line 1 "))
            #expect(!text.contains("s3cr3t"))
        }
    }

    @Test(arguments: [
        ("JWT_SECRET", ""), ("JWT_SECRET", "short"), ("JWT_SECRET", String(repeating: "a", count: 64)),
        ("JWT_SECRET", "your-production-secret-min-32-chars-CHANGE-THIS"),
        ("JWT_SECRET", "changeme-changeme-changeme-changeme-1234"), ("JWT_SECRET_PREVIOUS", "short"),
        ("COOKIE_SECURE", "false"), ("COOKIE_SAMESITE", "none"), ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://crm.example.com"), ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "http://crm.example.com"), ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "10.0.0.1,::/0"), ("PASSWORD_HASH_MEMORY_KIB", "19455"),
    ])
    func `refuses an unsafe value in production with its name and a remedy`(name: String, value: String) throws {
        var variables = Self.production
        variables[name] = value
        #expect(Self.refused(variables) == [name])
        #expect(Self.refused(Self.production) == [])
    }

    @Test(arguments: [
        ("disable", true), ("allow", true), ("prefer", true), ("require", false), ("verify-ca", false),
        ("verify-full", false),
    ])
    func `refuses an open line to a remote database in production`(mode: String, isRefused: Bool) {
        var variables = Self.production
        variables["DB_SSL_MODE"] = mode
        let remote = [
            "postgres://u:p@db.example.com/crm", "postgresql://u:p@[2001:db8::1]:5432/crm",
            "postgres://u:p@127.0.0.1,db.example.com/crm", "postgres://u:p%40x@192.0.2.1/crm",
        ]
        for url in remote {
            variables["DATABASE_URL"] = url
            #expect(Self.refused(variables) == (isRefused ? ["DB_SSL_MODE"] : []), "\(url)")
        }
        for url in ["postgres://u:p@127.0.0.1/crm", "postgres://localhost:5433/crm", "postgres:///crm", "sqlite:x.db"] {
            variables["DATABASE_URL"] = url
            #expect(Self.refused(variables) == [], "\(url)")
        }
    }

    @Test(arguments: [
        ("postgres:///crm?host=db.example.com", true), ("postgres://localhost/crm?hostaddr=192.0.2.1", true),
        ("postgres:///crm?user=u&host=localhost,db.example.com", true), ("postgres:///crm?hostaddr=127.0.0.1", false),
        ("postgres:///crm?host=/var/run/postgresql", false), ("postgres://%2Fvar%2Frun%2Fpostgresql/crm", false),
        ("postgres:///crm?application_name=host=db.example.com", false),
    ])
    func `looks for the host of a database where libpq does`(url: String, isRemote: Bool) {
        var variables = Self.production
        variables["DB_SSL_MODE"] = "disable"
        variables["DATABASE_URL"] = url
        #expect(Self.refused(variables) == (isRemote ? ["DB_SSL_MODE"] : []))
    }

    @Test(
        arguments: [
            ("postgres://u:p@db.example.com/crm", nil, "require"), ("sqlite:x.db", nil, "prefer"),
            ("postgres://u:p@db.example.com/crm?sslmode=verify-full", nil, "verify-full"),
            ("postgres://u:p@db.example.com/crm?sslmode=verify-full", "verify-ca", "verify-ca"),
            ("postgres://u:p@localhost/crm?sslmode=verify-full", nil, "verify-full"),
        ] as [(String, String?, String)])
    func `asks for TLS as the variable, the URL or the place of the database says`(
        url: String, mode: String?, expected: String
    ) throws {
        let variables = ["DATABASE_URL": url, "DB_SSL_MODE": mode ?? ""]
        #expect(try ServerConfiguration.read(environment: variables).database.sslMode.rawValue == expected)
        let open = Self.production.merging(["DATABASE_URL": url + "?sslmode=disable"]) { first, _ in first }
        #expect(Self.refused(open) == (url.hasSuffix("example.com/crm") ? ["DB_SSL_MODE"] : []))
    }

    @Test func `refuses cookies that browsers would drop`() {
        #expect(Self.refused(["COOKIE_SAMESITE": "none"]) == ["COOKIE_SAMESITE"])
        #expect(Self.refused(["COOKIE_SAMESITE": "none", "COOKIE_SECURE": "true"]) == [])
    }

    @Test(arguments: [
        ("PORT", ["0", "65536", "-1", "80.0", "eighty"]), ("MAX_LOGIN_ATTEMPTS", ["0", "101"]),
        ("JWT_EXPIRATION", ["9s", "25h", "0"]), ("REFRESH_REUSE_GRACE_SECONDS", ["-1", "301"]),
        ("MIN_PASSWORD_LENGTH", ["7", "65"]), ("PASSWORD_HASH_PASSES", ["0", "17"]),
        ("SECURITY_LOG_RETENTION_DAYS", ["0", "3651"]),
        ("AUDIT_ANCHOR", ["vault", "file:", "ftp://example.com", "https://"]),
        ("SECURITY_LOG_SINK", ["syslog", "syslog:host", "syslog::514", "syslog:host:0", "file:", "stderr"]),
        ("REGISTRATION_MODE", ["everybody"]), ("GATEHOUSE_ENV", ["staging", "prod"]), ("LOG_LEVEL", ["loud"]),
    ])
    func `refuses a value out of range`(name: String, values: [String]) {
        for value in values { #expect(Self.refused([name: value]) == [name], "\(value)") }
    }

    @Test(arguments: ["stdout", "file:/var/log/events", "syslog:logs.example.com:514", "syslog+tcp:[2001:db8::1]:601"])
    func `takes each place for security events`(sink: String) {
        #expect(Self.refused(["SECURITY_LOG_SINK": sink, "AUDIT_ANCHOR": "https://vault.example.com/a?t=1"]) == [])
    }

    @Test func `refuses a pool whose least is more than its most`() {
        let refused = Self.refused(["DB_CONNECTION_POOL_MIN": "11", "DB_CONNECTION_POOL_MAX": "10"])
        #expect(refused == ["DB_CONNECTION_POOL_MIN"])
    }

    @Test func `names variables of the file that it does not know`() throws {
        let configuration = try ServerConfiguration.read(
            environment: ["SHELL": "/bin/sh"], file: EnvironmentFile("JWT_SECERT=abc"))
        #expect(configuration.notices == ["JWT_SECERT in .env is not a variable of Gatehouse; it may be misspelt."])
    }

    @Test func `says in production which guards are switched off`() throws {
        #expect(try ServerConfiguration.read(environment: Self.production).notices.isEmpty)
        let off = [
            "RATE_LIMIT_LOGIN_MAX": "0", "ENABLE_SECURITY_EVENT_LOGGING": "false", "ENABLE_TOKEN_ROTATION": "false",
            "ENABLE_THEFT_DETECTION": "false", "CSP_SCRIPT_SRC": "'self' *", "REFRESH_TOKEN_EXPIRATION": "0",
            "SESSION_INACTIVITY_TIMEOUT_MINUTES": "0", "SESSION_ABSOLUTE_TIMEOUT_HOURS": "0",
        ]
        let notices = try ServerConfiguration.read(environment: Self.production.merging(off) { $1 }).notices
        let named = Set(notices.compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(
            named == [
                "RATE_LIMIT_LOGIN_MAX", "ENABLE_SECURITY_EVENT_LOGGING", "ENABLE_TOKEN_ROTATION",
                "ENABLE_THEFT_DETECTION", "CSP_SCRIPT_SRC", "SESSION_ABSOLUTE_TIMEOUT_HOURS",
            ])
        let one = Self.production.merging(["SESSION_ABSOLUTE_TIMEOUT_HOURS": "0"]) { $1 }
        #expect(try ServerConfiguration.read(environment: one).notices.isEmpty)
    }

    @Test func `gives the gate what was read`() throws {
        let configuration = try ServerConfiguration.read(environment: [
            "JWT_SECRET": Self.goodSecret, "JWT_ALGORITHM": "eddsa", "JWT_EXPIRATION": "5m",
            "REFRESH_TOKEN_EXPIRATION": "0", "SESSION_INACTIVITY_TIMEOUT_MINUTES": "0",
            "SESSION_ABSOLUTE_TIMEOUT_HOURS": "0", "THEFT_RESPONSE": "session", "ENABLE_TOKEN_ROTATION": "false",
            "RATE_LIMIT_FORGOT_PASSWORD_MAX": "9", "RATE_LIMIT_FORGOT_PASSWORD_WINDOW": "2",
            "PUBLIC_URL": "https://crm.example.com/",
        ])
        let secret = ServerSecret(current: Secret(Array(Self.goodSecret.utf8)))
        let gate = configuration.gateConfiguration(secret: secret)
        #expect(gate.issuer == "https://crm.example.com")
        #expect(gate.algorithm == .edDSA)
        #expect(gate.clocks == SessionClocks(accessToken: .minutes(5), refreshToken: nil, idle: nil, absolute: nil))
        #expect(gate.rotation == RotationPolicy(rotates: false, theftResponse: .session))
        let limit = gate.limits[.forgotPassword]
        #expect(limit == RateLimit(.forgotPassword, maximum: 9, window: .minutes(2)))
        #expect(gate.firstAccountBecomesOwner)
        let production = try ServerConfiguration.read(environment: Self.production)
        #expect(!production.gateConfiguration(secret: secret).firstAccountBecomesOwner)
    }
}

@Suite struct `settings of alerts` {
    private static let sid = "AC0123456789abcdef0123456789abcdef"

    private func problems(_ variables: [String: String]) -> [String] {
        do {
            _ = try ServerConfiguration.read(environment: variables)
            return []
        } catch let failure as ConfigurationFailure {
            return failure.problems.map(\.name)
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        arguments: [
            (["TWILIO_ACCOUNT_SID": sid], ["TWILIO_AUTH_TOKEN", "TWILIO_FROM"]),
            (
                ["TWILIO_ACCOUNT_SID": "me", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+15005550006"],
                ["TWILIO_ACCOUNT_SID"]
            ),
            (["TWILIO_ACCOUNT_SID": sid, "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+15005550006"], []),
            (["TWILIO_API_URL": "http://sms.example"], ["TWILIO_API_URL"]), (["TWILIO_API_URL": "file:./data/sms"], []),
            (["ALERT_EMAIL": "a@example.com, nobody"], ["ALERT_EMAIL"]),
            (["ALERT_SMS_TO": "0170 1234567"], ["ALERT_SMS_TO"]),
            (["SLACK_WEBHOOK_URL": "http://hooks.slack.com/x"], ["SLACK_WEBHOOK_URL"]),
            (["SLACK_WEBHOOK_URL": "hooks.slack.com/x"], ["SLACK_WEBHOOK_URL"]),
            (["ALERT_WEBHOOK_URL": "http://127.0.0.1/x"], ["ALERT_WEBHOOK_URL"]),
            (["ALERT_WEBHOOK_URL": "http://127.0.0.1/x", "ALLOW_PRIVATE_WEBHOOKS": "true"], []),
            (["ALERT_WEBHOOK_SECRET": "short"], ["ALERT_WEBHOOK_SECRET"]),
            (["SENTRY_SAMPLE_RATE": "2"], ["SENTRY_SAMPLE_RATE"]),
            (["SENTRY_SAMPLE_RATE": "nan"], ["SENTRY_SAMPLE_RATE"]), (["SENTRY_DSN": "your-sentry-dsn-here"], []),
        ] as [([String: String], [String])])
    func `are refused by name when they cannot work`(variables: [String: String], names: [String]) {
        #expect(problems(variables) == names)
    }

    @Test func `say which channels are off, and for want of what`() throws {
        let bare = try ServerConfiguration.read(environment: [:]).alerts.silentChannels
        for name in ["MAIL_URL", "TWILIO_", "SLACK_WEBHOOK_URL", "ALERT_WEBHOOK_URL", "SENTRY_DSN"] {
            #expect(bare.contains { $0.contains(name) }, "\(name)")
        }
        let full = try ServerConfiguration.read(environment: [
            "MAIL_URL": "file:./mail", "TWILIO_API_URL": "file:./sms", "ALERT_SMS_TO": "+15005550006",
            "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T/B/x",
            "ALERT_WEBHOOK_URL": "https://example.com/hook",
            "ALERT_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "SENTRY_DSN": "https://key@sentry.example/1",
        ])
        #expect(full.alerts.silentChannels == [])
        let report = DoctorReport(full).text
        #expect(
            !report.contains("services/T/B/x") && !report.contains("MfKQ9r8G") && !report.contains("example.com/hook"))
    }

    @Test func `files instead of messages are refused in production`() {
        #expect(
            problems(["GATEHOUSE_ENV": "production", "TWILIO_API_URL": "file:./data/sms"]).contains("TWILIO_API_URL"))
    }
}
