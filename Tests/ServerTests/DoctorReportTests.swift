import Server
import Testing

@Suite struct `doctor report` {
    @Test func `shows what is in force and no secret`() throws {
        let secrets = [
            "JWT_SECRET": "kX9vQ2mZ7rT4bN8cW1yL6pD3sF5gH0jA", "JWT_SECRET_PREVIOUS": "pD3sF5gH0jAkX9vQ2mZ7rT4bN8cW1yL6",
            "DATABASE_URL": "postgres://u:hunter2hunter2@localhost/crm", "SENTRY_DSN": "https://key@sentry.example/1",
        ]
        let configuration = try ServerConfiguration.read(
            environment: secrets.merging(["PORT": "9090"]) { first, _ in first })
        let report = DoctorReport(configuration).text
        #expect(report.contains("* PORT=9090"))
        #expect(report.contains("  HOST=127.0.0.1"))
        #expect(report.contains("* JWT_SECRET=<set>"))
        for secret in secrets.values { #expect(!report.contains(secret)) }
        #expect(!"\(configuration)".contains("hunter2hunter2"))
        #expect(!"\(configuration)".contains("kX9vQ2mZ"))
    }

    @Test func `tells how long a session lasts`() throws {
        let report = DoctorReport(try ServerConfiguration.read(environment: [:])).text
        #expect(report.contains("an untouched one ends after 1h, a busy one after 12h;"))
        #expect(report.contains("an access token counts for at most 15m."))
        let endless = DoctorReport(
            try ServerConfiguration.read(environment: [
                "REFRESH_TOKEN_EXPIRATION": "0", "SESSION_INACTIVITY_TIMEOUT_MINUTES": "0",
                "SESSION_ABSOLUTE_TIMEOUT_HOURS": "0",
            ]))
        #expect(endless.text.contains("an untouched one ends after never, a busy one after no limit"))
    }

    @Test(arguments: [
        ("always [madvise] never\n", true), ("always madvise [never]\n", true), ("[always] madvise never\n", false),
        (nil, false),
    ])
    func `says when small pages of memory make hashing slow`(setting: String?, isTold: Bool) throws {
        let report = DoctorReport(try ServerConfiguration.read(environment: [:]), hugePages: setting).text
        #expect(report.contains("/sys/kernel/mm/transparent_hugepage/enabled") == isTold)
    }
}
