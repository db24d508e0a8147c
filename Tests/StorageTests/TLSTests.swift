import Core
import Storage
import StoragePostgres
import TestSupport
import Testing

/// What each `sslmode` takes and refuses, of a server with a certificate of its own and of one without TLS.
@Suite(.enabled(if: DatabaseKind.hasPostgres)) struct `TLS to PostgreSQL` {
    /// Whether the connection that `mode` makes is encrypted. Throws when none is made.
    private static func isEncrypted(_ mode: String, _ url: String) async throws -> Bool {
        let configuration = PostgresConfiguration(url: Secret(url), queryTimeout: .seconds(30), sslMode: mode)
        let database = try await PostgresDatabase.connect(configuration, world: .live)
        let rows = try await database.rows("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        await database.close()
        return try rows.first?.get("ssl") == 1
    }

    /// Why `mode` makes no connection.
    private static func refusal(_ mode: String, _ url: String) async throws -> String {
        let error = await #expect(throws: StorageError.self) { try await isEncrypted(mode, url) }
        guard case .unavailable(let reason) = error else { throw Refusal() }
        return reason
    }

    @Test func `is used where the mode prefers it, and asked for a proof where the mode verifies`() async throws {
        try await TLSServer.whileRunning { server in
            let url = server.url(trusting: server.authority)
            for mode in ["disable", "allow"] { #expect(try await !Self.isEncrypted(mode, url), "\(mode)") }
            for mode in ["prefer", "require", "verify-ca", "verify-full"] {
                #expect(try await Self.isEncrypted(mode, url), "\(mode)")
            }

            let byOtherName = server.url(host: "db.office.example", trusting: server.authority)
            #expect(try await Self.isEncrypted("require", byOtherName))
            #expect(try await Self.isEncrypted("verify-ca", byOtherName))
            let wrongName = try await Self.refusal("verify-full", byOtherName)
            #expect(wrongName.contains(#"certificate for "localhost" does not match host name "db.office.example""#))
            #expect(wrongName.contains("use a host name that is in the certificate"))

            // libpq verifies with `require` as well once it is told whom to trust.
            for mode in ["require", "verify-ca", "verify-full"] {
                let wrongAuthority = try await Self.refusal(mode, server.url(trusting: server.stranger))
                #expect(wrongAuthority.contains("certificate verify failed"), "\(mode)")
                #expect(wrongAuthority.contains("?sslrootcert=/path/to/ca.crt"), "\(mode)")
            }
            let noAuthority = try await Self.refusal("verify-full", server.url(trusting: "/nowhere/ca.crt"))
            #expect(noAuthority.contains(#"root certificate file "/nowhere/ca.crt" does not exist"#))
        }
    }

    @Test func `is not done without where the mode requires it`() async throws {
        let url = try #require(DatabaseKind.serverURL)
        for mode in ["disable", "allow", "prefer"] { #expect(try await !Self.isEncrypted(mode, url), "\(mode)") }
        for mode in ["require", "verify-ca", "verify-full"] {
            let trusting = "\(url)?sslrootcert=\(#filePath)"
            let reason = try await Self.refusal(mode, mode == "require" ? url : trusting)
            #expect(reason.contains("server does not support SSL, but SSL was required"), "\(mode)")
            #expect(reason.contains("turn TLS on at the server (ssl = on)"), "\(mode)")
        }
    }
}
