import Accounts
import Credentials
import Dispatch
import Guarding
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `somebody who looks at a page` {
    @Test(arguments: DatabaseKind.available)
    func `and asks too often gets a page that says so, with the headers of every 429`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_LOGIN_MAX": "1", "RATE_LIMIT_API_MAX": "2"]) { office in
            let visitor = office.visitor()
            _ = try await visitor.submit("/unlock", ["token": "x"])
            let form = try await visitor.submit("/unlock", ["token": "x"])
            for _ in 1...2 { _ = try await visitor.get("/unlock?token=x") }
            let page = try await visitor.get("/unlock?token=x")
            for (answer, seconds, minutes) in [(form, "1800", 30), (page, "1350", 23)] {
                #expect(answer.status == .tooManyRequests)
                #expect(answer.header("Content-Type") == "text/html; charset=utf-8")
                #expect(answer.text.contains("<h1>Too many requests</h1>"))
                #expect(answer.text.contains("Try again in \(minutes) minutes."))
                #expect(answer.header("Retry-After") == seconds)
                #expect(answer.header("RateLimit-Remaining") == "0")
                #expect(answer.header("RateLimit-Reset") == seconds)
                #expect(answer.header("X-Request-Id") != nil)
                #expect(answer.header("Content-Security-Policy") != nil)
                #expect(answer.header("Referrer-Policy") == "same-origin")
            }
            // The same refusal of a program stays what programs read.
            #expect(try await visitor.signIn("agent@office.example").code == "rate_limited")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `while the server is busy gets a page with how long to wait`(kind: DatabaseKind) async throws {
        let variables = ["PASSWORD_HASH_THREADS": "1", "PASSWORD_HASH_QUEUE": "0"].merging(Office.withMail) { $1 }
        try await Office.open(on: kind, variables) { office in
            try await office.hire("agent@office.example")
            try await office.visitor().post("/v1/auth/forgot-password", #"{"email":"agent@office.example"}"#)
            let token = try await office.token(.resetPassword, to: "agent@office.example")
            let held = DispatchSemaphore(value: 0)
            let job = Task { try await office.gate.hashing.run { held.wait() } }
            while office.gate.hashing.depth < 1 { await Task.yield() }
            let answer = try await office.visitor().submit(
                "/reset-password", ["token": token, "newPassword": "Meadow-Kettle-58-Violin"])
            held.signal()
            try await job.value
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.header("Content-Type") == "text/html; charset=utf-8")
            #expect(answer.text.contains("Try again in a second."))
            #expect(answer.header("Retry-After") == "1")
        }
    }
}
