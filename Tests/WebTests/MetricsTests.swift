import HTTPTypes
import Identity
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
