package import Core

/// Everything that the environment decides, read once at start.
package struct ServerConfiguration: Sendable {
    /// `GATEHOUSE_ENV`.
    package enum Environment: String, Sendable, CaseIterable {
        /// On one's own machine: no TLS, a secret is made up and kept.
        case development
        /// For people: unsafe values are refused.
        case production
    }

    /// `LOG_FORMAT`.
    package enum LogFormat: String, Sendable, CaseIterable {
        case text, json
    }

    /// `LOG_LEVEL`.
    package enum LogLevel: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    package var environment: Environment
    package var host: String
    package var port: Int
    package var dataDirectory: String
    /// The origin under which people reach the server, without a slash at the end.
    package var publicURL: String
    package var trustedProxies: [IPNetwork]
    /// How long the body of a request may take to arrive.
    package var connections: ConnectionSettings
    package var logLevel: LogLevel
    package var logFormat: LogFormat
    package var database: DatabaseSettings
    /// The gate's settings but for the secret, which may still have to be made.
    package var gate: GateSettings
    package var audit: AuditSettings
    package var accounts: AccountSettings
    package var sms: SMSSettings
    package var alerts: AlertSettings
    package var detection: DetectionSettings
    package var factors: FactorSettings
    package var clients: ClientSettings
    package var web: WebSettings
    package var metrics: MetricsSettings
    /// Every variable that was asked for, for `gatehouse doctor` and the documentation.
    package var settings: [Setting]
    /// What is worth saying at start, though nothing is wrong.
    package var notices: [String]

    /// Reads the configuration from `environment`, and for what is not there from `file`. Throws ``ConfigurationFailure`` with
    /// everything that is wrong.
    package static func read(
        environment variables: [String: String], file: EnvironmentFile = EnvironmentFile("")
    ) throws -> ServerConfiguration {
        var reader = SettingsReader(environment: variables, file: file.values)
        for refusal in file.refusals {
            let name = refusal.name.map { " (\($0))" } ?? ""
            reader.refuse(".env", "line \(refusal.line)\(name) \(refusal.message)")
        }
        let process = ProcessSettings(&reader)
        let database = DatabaseSettings(&reader, dataDirectory: process.dataDirectory)
        let gate = GateSettings(&reader)
        let audit = AuditSettings(&reader)
        let accounts = AccountSettings(&reader, dataDirectory: process.dataDirectory)
        let sms = SMSSettings(&reader)
        let alerts = AlertSettings(
            &reader, publicURL: process.publicURL, sendsMail: accounts.mailURL != nil, sendsSMS: sms.isEnabled)
        let detection = DetectionSettings(&reader)
        let factors = FactorSettings(&reader, publicURL: process.publicURL)
        let clients = ClientSettings(&reader)
        let web = WebSettings(&reader, publicURL: process.publicURL, isProduction: process.isProduction)
        let metrics = MetricsSettings(&reader)
        let safety = ProductionSafety(
            process: process, database: database, gate: gate, web: web, accounts: accounts, sms: sms)
        let problems = reader.problems + (process.isProduction ? safety.problems : [])
        guard problems.isEmpty else { throw ConfigurationFailure(problems: problems) }
        let unknown = file.values.keys.filter { name in !reader.settings.contains { $0.name == name } }.sorted()
        return ServerConfiguration(
            environment: process.environment, host: process.host, port: process.port,
            dataDirectory: process.dataDirectory, publicURL: process.publicURL,
            trustedProxies: process.trustedProxies, connections: process.connections, logLevel: process.logLevel,
            logFormat: process.logFormat, database: database, gate: gate, audit: audit, accounts: accounts, sms: sms,
            alerts: alerts, detection: detection, factors: factors, clients: clients, web: web, metrics: metrics,
            settings: reader.settings,
            notices: PlatformNotice.notices(
                environment: variables, isProduction: process.isProduction, isHostUnset: process.isHostUnset)
                + (process.isProduction
                    ? safety.notices : safety.secretProblems.map { "\($0) Production will refuse it." })
                + unknown.map { "\($0) in .env is not a variable of Gatehouse; it may be misspelt." }
                + detection.notices(placesPath: accounts.placesPath, sendsMail: accounts.mailURL != nil)
                + factors.notices())
    }
}

/// Where and how the process runs.
struct ProcessSettings: Sendable {
    let environment: ServerConfiguration.Environment
    let host: String
    let port: Int
    /// `HOST` was left at its default, which only this machine reaches.
    let isHostUnset: Bool
    let dataDirectory: String
    let publicURL: String
    let logLevel: ServerConfiguration.LogLevel
    let logFormat: ServerConfiguration.LogFormat
    let trustedProxies: [IPNetwork]
    let connections: ConnectionSettings

    var isProduction: Bool { environment == .production }

    init(_ reader: inout SettingsReader) {
        reader.section("Process")
        environment = reader.choice(
            "GATEHOUSE_ENV", default: .development, "Whether unsafe values are refused (production) or not.")
        host = reader.text("HOST", default: "127.0.0.1", "The address to listen on.") ?? "127.0.0.1"
        port = reader.integer("PORT", default: 8080, in: 1...65_535, "The port to listen on.")
        isHostUnset = !reader.isSet("HOST")
        dataDirectory =
            reader.text("DATA_DIR", default: "./data", "Where the database and the generated secret are kept.")
            ?? "./data"
        let standard = "http://\(host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host):\(port)"
        let url =
            reader.text(
                "PUBLIC_URL", default: standard,
                "The address under which people reach the server: origin of links, issuer of tokens.") ?? standard
        publicURL = url.hasSuffix("/") ? String(url.dropLast()) : url
        if !Self.isOrigin(publicURL) {
            reader.refuse("PUBLIC_URL", "must be an origin such as https://crm.example.com, without a path.")
        }
        logLevel = reader.choice("LOG_LEVEL", default: .info, "The least important messages that are logged.")
        logFormat = reader.choice("LOG_FORMAT", default: .text, "How messages are written.")
        let proxies = reader.list(
            "TRUSTED_PROXIES", "Addresses or networks of the proxies whose X-Forwarded-For counts, by commas.")
        trustedProxies = proxies.compactMap { IPNetwork($0) }
        if trustedProxies.count != proxies.count {
            reader.refuse("TRUSTED_PROXIES", "must be addresses or networks such as 10.0.0.0/8, by commas.")
        }
        connections = ConnectionSettings(&reader)
    }

    /// Whether `text` is scheme, host and perhaps a port, and nothing else.
    static func isOrigin(_ text: String) -> Bool {
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            return !rest.isEmpty
                && rest.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (97...122).contains(byte | 32) || ".-:[]".utf8.contains(byte)
                }
        }
        return false
    }
}
