import Foundation
import TestSupport
import Testing

/// Two servers on one PostgreSQL, as a brokerage runs them that has outgrown one machine.
@Suite(.serialized) struct `two nodes on one database` {
    private static let secret = "a secret that both nodes share 0123456789 abcdef"
    private static let password = "Lantern-Orchid-47-Saddle"

    @Test(.enabled(if: DatabaseKind.available.contains(.postgres)))
    func `a session that ends on one is refused by the other within a hundred milliseconds`() async throws {
        try await withTestDatabase(.postgres) { place in
            let directory = try Directory()
            let (port, otherPort) = (Ports.next(), Ports.next())
            var environment = [
                "DATABASE_URL": place.location, "JWT_SECRET": Self.secret, "PASSWORD_HASH_MEMORY_KIB": "64",
                "RATE_LIMIT_LOGIN_MAX": "0", "RATE_LIMIT_API_MAX": "0", "LOG_LEVEL": "warning", "PORT": String(port),
                "PUBLIC_URL": "http://crm.office.example",
            ]
            let made = try await Program.run(
                [
                    "user", "create", "--role", "owner", "--email", "ann@office.example", "--first-name", "Ann",
                    "--last-name", "O",
                ], in: directory, environment, input: Self.password + "\n")
            #expect(made.status == 0, "\(made.output)")
            try await Program.whileRunning(["serve"], in: directory, environment) { first in
                _ = try first.printed(upTo: "listening")
                environment["PORT"] = String(otherPort)
                try await Program.whileRunning(["serve"], in: directory, environment) { second in
                    _ = try second.printed(upTo: "listening")
                    let (delays, bare) = try await Self.measure(100, endingAt: Node(port), refusedBy: Node(otherPort))
                    let (p99, bareP99) = (Self.p99(of: delays), Self.p99(of: bare))
                    print("revocation reaches the other node: p99 \(p99); a bare request: p99 \(bareP99)")
                    // On a machine that other tests keep busy a request alone may take longer than the target.
                    #expect(p99 < max(.milliseconds(100), bareP99 * 5))
                    try await Self.theCommandLineEndsOne(place.location, directory, environment, Node(port))
                    _ = second.stop(SIGTERM)
                }
                _ = first.stop(SIGTERM)
            }
        }
    }

    /// Signs out at one node and asks the other until it refuses; how long that took, each time.
    private static func measure(_ count: Int, endingAt first: Node, refusedBy second: Node) async throws -> (
        delays: [Duration], bare: [Duration]
    ) {
        var (delays, bare): ([Duration], [Duration]) = ([], [])
        for _ in 0..<count {
            let token = try await first.signIn(password)
            let began = ContinuousClock.now
            _ = try await second.status("GET", "/v1/clients?limit=1", token)
            bare.append(ContinuousClock.now - began)
            let (before, ending) = try await (
                second.status("GET", "/v1/clients?limit=1", token), first.status("POST", "/v1/auth/logout", token)
            )
            guard before == 200, ending == 204 else { throw Surprise("\(before ?? 0), then \(ending ?? 0)") }
            let ended = ContinuousClock.now
            while try await second.status("GET", "/v1/clients?limit=1", token) != 401 {
                guard ContinuousClock.now - ended < .seconds(10) else { throw Surprise("never refused") }
            }
            delays.append(ContinuousClock.now - ended)
        }
        return (delays, bare)
    }

    private static func p99(of durations: [Duration]) -> Duration { durations.sorted()[durations.count * 99 / 100 - 1] }

    /// A third process, `gatehouse session`, shows a session and ends it; the nodes that serve it refuse it.
    private static func theCommandLineEndsOne(
        _ url: String, _ directory: Directory, _ environment: [String: String], _ node: Node
    ) async throws {
        let token = try await node.signIn(password)
        let listed = try await Program.run(["session", "list", "ann@office.example"], in: directory, environment)
        #expect(listed.output.contains("last active"))
        let ended = try await Program.run(["session", "end", "ann@office.example"], in: directory, environment)
        #expect(ended.output.contains("Ended 1."), "\(ended.output)")
        let moment = ContinuousClock.now
        while try await node.status("GET", "/v1/clients?limit=1", token) != 401 {
            guard ContinuousClock.now - moment < .seconds(10) else { throw Surprise("never refused") }
        }
    }
}
