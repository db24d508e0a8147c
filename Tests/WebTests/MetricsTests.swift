import Accounts
import Core
import Credentials
import Dispatch
import Guarding
import HTTPTypes
import Identity
import Sessions
import Storage
import TestSupport
import Testing

@testable import Web

@Suite struct metrics {
    private static let token = "a-token-of-the-tests-0123"
    private static let authorization = ["Authorization": "Bearer \(token)"]

    @Test func `are not there without a token`() async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await office.visitor().get("/metrics", headers: Self.authorization)
            #expect(answer.status == .notFound)
            #expect(answer.code == "not_found")
        }
    }

    @Test func `are for whoever has the token alone`() async throws {
        try await Office.open(on: .sqlite, ["METRICS_TOKEN": Self.token]) { office in
            #expect(try await office.visitor().get("/metrics").code == "token_missing")
            for wrong in ["x", "a-token-of-the-tests-0124", "\(Self.token)4"] {
                let answer = try await office.visitor().get("/metrics", headers: ["Authorization": "Bearer \(wrong)"])
                #expect(answer.status == .unauthorized)
                #expect(answer.code == "token_invalid")
            }
            // An owner's access token is not the scraper's.
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            #expect(try await owner.get("/metrics").code == "token_invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `count a scripted handful of requests`(kind: DatabaseKind) async throws {
        let variables = ["METRICS_TOKEN": Self.token, "RATE_LIMIT_LOGIN_MAX": "2"]
        try await Office.open(on: kind, variables) { office in
            let agent = try await office.signedIn()
            try await agent.signIn("agent@office.example", password: "Wrong-Password-1234")
            #expect(try await agent.signIn("agent@office.example").code == "rate_limited")
            #expect(try await agent.get("/v1/clients/0198c6a0-0000-7000-8000-000000000000").status == .notFound)
            _ = try await agent.get("/agent@office.example/secret")
            try await office.seal()
            let answer = try await office.visitor().get("/metrics", headers: Self.authorization)
            #expect(answer.status == .ok)
            #expect(answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(answer.text.split(separator: "\n").map(String.init))
            for line in [
                #"gatehouse_http_requests_total{route="/v1/auth/login",method="POST",status="2xx"} 1"#,
                #"gatehouse_http_requests_total{route="/v1/auth/login",method="POST",status="4xx"} 2"#,
                #"gatehouse_http_requests_total{route="/v1/clients/{id}",method="GET",status="4xx"} 1"#,
                #"gatehouse_http_requests_total{route="none",method="other",status="4xx"} 1"#,
                #"gatehouse_http_request_duration_seconds_count{route="/v1/auth/login",method="POST"} 3"#,
                #"gatehouse_rate_limit_refusals_total{limit="login"} 1"#,
                #"gatehouse_security_events_total{type="login_success"} 1"#,
                #"gatehouse_security_events_total{type="login_failed"} 1"#,
                "gatehouse_hashing_depth 0", "gatehouse_revoked_sessions 0",
            ] { #expect(lines.contains(line), "\(line)") }
            #expect(!answer.text.contains("agent@office"))
            #expect(!answer.text.contains("0198c6a0"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tell what waits in the outbox, by channel and state`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["METRICS_TOKEN": Self.token]) { office in
            let outbox = Outbox(database: office.gate.database, world: office.clock.world)
            for (number, channel) in ["mail", "mail", "sms", "pigeon"].enumerated() {
                let (id, now): (OutboxID, Timestamp) = (office.clock.world.identifier(), office.clock.now)
                try await office.gate.database.transaction { sql in
                    try Outbox.put([1], id: id, kind: channel, cause: "\(number)", subject: "test", at: now, in: sql)
                }
            }
            let sms = try #require(try await outbox.take(1, of: "sms").first)
            try await outbox.fail(sms, because: "no such number", isHopeless: true)
            let mail = try #require(try await outbox.take(1, of: "mail").first)
            try await outbox.fail(mail, because: "busy", isHopeless: false)
            office.clock.advance(by: .seconds(10))
            let lines = try await office.scrape(Self.token)
            for line in [
                #"gatehouse_outbox_items{kind="mail",state="due"} 1"#,
                #"gatehouse_outbox_items{kind="mail",state="waiting"} 1"#,
                #"gatehouse_outbox_items{kind="mail",state="dead"} 0"#,
                #"gatehouse_outbox_items{kind="sms",state="due"} 0"#,
                #"gatehouse_outbox_items{kind="sms",state="dead"} 1"#,
                #"gatehouse_outbox_items{kind="pigeon",state="due"} 1"#,
                #"gatehouse_outbox_items{kind="slack",state="due"} 0"#,
                #"gatehouse_outbox_delay_seconds{kind="mail"} 10.0"#,
                #"gatehouse_outbox_delay_seconds{kind="sms"} 0.0"#,
                "gatehouse_database_up 1",
            ] { #expect(lines.contains(line), "\(line)") }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tell how busy the database and the hashing are, and what they refused`(kind: DatabaseKind) async throws {
        let variables = ["METRICS_TOKEN": Self.token, "PASSWORD_HASH_THREADS": "1", "PASSWORD_HASH_QUEUE": "1"]
        try await Office.open(on: kind, variables) { office in
            var lines = try await office.scrape(Self.token)
            for line in [
                "gatehouse_database_connections_in_use 0", "gatehouse_database_waiting 0",
                "gatehouse_database_refusals_total 0", "gatehouse_hashing_refusals_total 0",
            ] { #expect(lines.contains(line), "\(line)") }
            #expect(lines.contains { $0.hasPrefix("gatehouse_database_connections ") && !$0.hasSuffix(" 0") })
            let held = DispatchSemaphore(value: 0)
            let jobs = (0..<2).map { _ in Task { try await office.gate.hashing.run { held.wait() } } }
            while office.gate.hashing.depth < 2 { await Task.yield() }
            let busy = try await office.visitor().signIn("agent@office.example")
            #expect(busy.code == "overloaded")
            #expect(busy.header("Retry-After") == "1")
            // The attempt has counted, and its sender is told how many are left.
            #expect(busy.header("RateLimit-Limit") == "30")
            #expect(busy.header("RateLimit-Remaining") == "29")
            lines = try await office.scrape(Self.token)
            #expect(lines.contains("gatehouse_hashing_depth 2"))
            #expect(lines.contains("gatehouse_hashing_refusals_total 1"))
            for _ in jobs { held.signal() }
            for job in jobs { try await job.value }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `count false alarms of theft, and retries that raised none`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["METRICS_TOKEN": Self.token]) { office in
            let agent = try await office.signedIn()
            let first = agent.cookies
            try await agent.refresh(key: "one")
            let second = agent.cookies
            agent.cookies = first
            // The answer was lost.
            #expect(try await agent.refresh(key: "one").status == .ok)
            #expect(agent.cookies == second)
            office.clock.advance(by: .seconds(1))
            try await agent.refresh(key: "two")
            agent.cookies = second
            // Lost again, and this time the key with it.
            #expect(try await agent.refresh().code == "refresh_token_reused")
            office.clock.advance(by: .minutes(2))
            #expect(try await agent.signIn("agent@office.example").status == .ok)
            try await office.seal()
            let lines = try await office.scrape(Self.token)
            for line in [
                "gatehouse_theft_alarms_total 1", "gatehouse_theft_false_alarms_total 1",
                #"gatehouse_refresh_retries_total{proof="key"} 1"#,
                #"gatehouse_refresh_retries_total{proof="grace"} 0"#,
            ] { #expect(lines.contains(line), "\(line)") }
        }
    }

    @Test func `are text that Prometheus reads`() async throws {
        try await Office.open(on: .sqlite, ["METRICS_TOKEN": Self.token]) { office in
            let text = try await office.visitor().get("/metrics", headers: Self.authorization).text
            #expect(text.hasSuffix("\n"))
            let sample = #/[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\})? [0-9.e+]+/#
            var families: Set<Substring> = []
            for line in text.split(separator: "\n") {
                if line.hasPrefix("# TYPE ") {
                    #expect(families.insert(line.split(separator: " ")[2]).inserted, "twice: \(line)")
                } else if !line.hasPrefix("# HELP ") {
                    #expect(line.wholeMatch(of: sample) != nil, "\(line)")
                }
            }
            #expect(families.count >= 8)
        }
    }

    @Test func `histogram buckets hold all below them`() {
        let histogram = LatencyHistogram()
        for milliseconds: Int64 in [0, 5, 6, 700, 60_000] { histogram.recordNanoseconds(milliseconds * 1_000_000) }
        var text = MetricsText()
        histogram.write("t", [], to: &text)
        let lines = text.text.split(separator: "\n")
        #expect(lines.first == #"t_bucket{le="0.005"} 2"#)
        #expect(lines.contains(#"t_bucket{le="0.01"} 3"#))
        #expect(lines.contains(#"t_bucket{le="1"} 4"#))
        #expect(lines.contains(#"t_bucket{le="10"} 4"#))
        #expect(lines.suffix(3) == [#"t_bucket{le="+Inf"} 5"#, "t_sum 60.711", "t_count 5"])
    }

    @Test func `escape what would end a value or a line`() {
        var text = MetricsText()
        text.family("f", .gauge, "a\\b\n\"c\"")
        text.sample("f", [("l", "a\"b\\c\nd")], "1")
        #expect(text.text == "# HELP f a\\\\b\\n\"c\"\n# TYPE f gauge\nf{l=\"a\\\"b\\\\c\\nd\"} 1\n")
    }
}

extension Office {
    /// The lines that Prometheus is told.
    func scrape(_ token: String) async throws -> Set<String> {
        let answer = try await visitor().get("/metrics", headers: ["Authorization": "Bearer \(token)"])
        guard answer.status == .ok else { throw Surprise("no metrics: \(answer.text)") }
        return Set(answer.text.split(separator: "\n").map(String.init))
    }
}
