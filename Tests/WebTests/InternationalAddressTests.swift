import Accounts
import Core
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `addresses with letters of their own over HTTP` {
    @Test(arguments: DatabaseKind.available)
    func `of accounts are shown as they are written`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            try await office.hire("Ana@Exämple.com", role: .owner)
            let ana = office.visitor()
            let answer = try await ana.signIn("ana@xn--exmple-cua.com")
            #expect(answer.status == .ok)
            #expect(answer["user", "email"] == .string("ana@exämple.com"))
            #expect(try await ana.get("/v1/users").text.contains(#""email":"ana@exämple.com""#))
            // A header is ASCII.
            #expect(try await ana.get("/v1/auth/verify").header("X-Gatehouse-Email") == "ana@xn--exmple-cua.com")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of clients are kept once, found by each form and shown as they are written`(_ kind: DatabaseKind) async throws
    {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let made = try await agent.post(
                "/v1/clients",
                #"{"firstName":"Jörg","emails":[{"value":"J@Exämple.com"},{"value":"j@xn--exmple-cua.com"},{"value":"k@straße.de"}]}"#
            )
            #expect(made.status == .created)
            #expect(
                made.text.contains(
                    #""emails":[{"value":"j@exämple.com","type":"other","isPrimary":true},{"value":"k@straße.de""#))
            for search in ["j%40ex%C3%A4mple", "j%40example.com", "xn--exmple-cua", "k%40stra%C3%9Fe", "xn--strae-oqa"]
            {
                #expect(try await agent.get("/v1/clients?search=\(search)").data.count == 1, "\(search)")
            }
            let double = try await agent.post(
                "/v1/clients", #"{"firstName":"Other","emails":[{"value":"J@XN--EXMPLE-CUA.COM"}]}"#)
            #expect(double.status == .conflict)
            for wrong in [#"j@exämple.com\r\nBcc: k@example.com"#, "j@xn--a.com", "j@ａna.com"] {
                let refused = try await agent.post("/v1/clients", #"{"emails":[{"value":"\#(wrong)"}]}"#)
                #expect(refused.status == .badRequest, "\(wrong)")
            }
        }
    }
}
