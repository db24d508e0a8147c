import Core
import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import Web

@Suite struct `files over HTTP` {
    @Test(arguments: DatabaseKind.available)
    func `come back byte for byte, to be saved and never run`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let client = try await agent.post("/v1/clients", #"{"firstName":"Mia"}"#).string("id") ?? ""
            let drawing = #"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>"#
            let cases = [
                ("..%2F..%2Fx", "not really", "x", "text/plain"),
                ("plan.png", "<html>", "plan.png", "application/octet-stream"),
                ("logo.svg", drawing, "logo.svg", "application/octet-stream"),
                ("%C3%84%22%0D%0A.pdf", "%PDF-1.7 …", "Ä\".pdf", "application/pdf"),
            ]
            for (given, content, name, type) in cases {
                let added = try await agent.send(
                    .post, "/v1/clients/\(client)/files?name=\(given)", body: ByteBuffer(string: content),
                    headers: ["Content-Type": "application/octet-stream"])
                #expect(added.status == .created, "\(added.text)")
                #expect(added.string("name") == name)
                #expect(added.string("mediaType") == type)
                let file = try await agent.get("/v1/files/\(added.string("id") ?? "")/content")
                #expect(file.text == content)
                #expect(file.header("Content-Type")?.hasPrefix(type) == true)
                #expect(file.header("Content-Disposition")?.hasPrefix("attachment; filename=\"") == true)
                #expect(file.header("Content-Disposition")?.contains("\n") == false)
                #expect(file.header("Content-Security-Policy") == "sandbox; default-src 'none'")
                #expect(file.header("X-Content-Type-Options") == "nosniff")
                #expect(file.header("Cache-Control") == "no-store")
            }
            #expect(
                try await agent.get("/v1/clients/\(client)/files").text.components(separatedBy: "clientId").count == 5)
        }
    }

    @Test func `are refused when they are too large, empty, or sent as a form`() async throws {
        try await Office.open(on: .sqlite, ["FILES_MAX_MB": "1"]) { office in
            let agent = try await office.signedIn()
            let client = try await agent.post("/v1/clients", #"{"firstName":"Mia"}"#).string("id") ?? ""
            func send(_ bytes: Int, as type: String) async throws -> Answer {
                try await agent.send(
                    .post, "/v1/clients/\(client)/files?name=a", body: ByteBuffer(repeating: 7, count: bytes),
                    headers: ["Content-Type": type])
            }
            let head =
                "POST /v1/clients/\(client)/files?name=a HTTP/1.1\r\nHost: a\r\nOrigin: \(Office.origin)\r\n"
                + "Content-Type: application/octet-stream\r\nAuthorization: Bearer \(agent.accessToken ?? "")\r\n"
            // One GiB announced; one MiB and more in pieces, with no length in front.
            let announced = try await RawConnection.exchange(
                head + "Content-Length: 1073741824\r\n\r\nabc", port: office.port)
            #expect(announced.contains(#""code":"payload_too_large""#))
            let piece = "10000\r\n\(String(repeating: "A", count: 65_536))\r\n"
            let pieces = String(repeating: piece, count: 17)
            let answer = try await RawConnection.exchange(
                head + "Transfer-Encoding: chunked\r\n\r\n\(pieces)", port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            #expect(try await send(0, as: "application/octet-stream").text.contains("The file is empty."))
            #expect(try await send(10, as: "image/png").code == "unsupported_media_type")
            #expect(try await send(10, as: "text/plain").code == "unsupported_media_type")
            #expect(try await send(1_048_576, as: "application/octet-stream").status == .created)
            let incoming = try office.leftovers()
            #expect(incoming.isEmpty, "\(incoming)")
        }
    }
}
