import Core
import Guarding
import HTTPTypes
import Hummingbird
package import Identity
import NIOCore
import Sessions
package import Web

/// What machines ask: is it alive, is it ready, which keys sign, which errors are there.
package struct OperationsAPI: Sendable {
    /// What keeps the server from doing its work.
    package enum Readiness: Sendable, Hashable {
        case ready
        /// The database does not answer.
        case databaseUnavailable
        /// The schema is not that of this program.
        case migrationsPending
    }

    private let gate: Gate
    private let readiness: @Sendable () async -> Readiness

    /// `readiness` looks at the database anew each time.
    package init(gate: Gate, readiness: @escaping @Sendable () async -> Readiness) {
        self.gate = gate
        self.readiness = readiness
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("health", .get, "/health", limit: .health, .anyone(health))
                .answers(.json(.status)),
            Route("ready", .get, "/ready", limit: .health, .anyone(ready))
                .answers(.json(.status)),
            Route("problems", .get, "/v1/problems", limit: .api, .anyone(problems))
                .answers(.json(.all(.problemCode))),
            Route("keySet", .get, "/.well-known/jwks.json", limit: .api, .anyone(keySet))
                .answers(.media("application/jwk-set+json")),
        ]
    }

    /// `GET /health`: the process answers.
    @Sendable private func health(_ call: Call) async throws -> Response {
        Response.json(capacity: 32) { json in json.object { $0.member("status", "ok") } }
    }

    /// `GET /ready`: the database answers and has the schema of this program.
    @Sendable private func ready(_ call: Call) async throws -> Response {
        switch await readiness() {
        case .ready: return Response.json(capacity: 32) { json in json.object { $0.member("status", "ready") } }
        case .databaseUnavailable: throw Problem(.databaseUnavailable, retryAfter: .seconds(2))
        case .migrationsPending:
            throw Problem(
                .databaseUnavailable, detail: "The schema is not that of this release; run gatehouse migrate.",
                retryAfter: .seconds(30))
        }
    }

    /// `GET /v1/problems`: every code that an error can carry.
    @Sendable private func problems(_ call: Call) async throws -> Response {
        Response.json(capacity: 8192) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for code in ProblemCode.allCases {
                        list.object { item in
                            item.member("code", code.rawValue)
                            item.member("status", Int64(code.status.code))
                            item.member("title", code.title)
                            item.member("detail", code.advice)
                        }
                    }
                }
            }
        }
    }

    /// `GET /.well-known/jwks.json`: the public keys that sign access tokens, and those that soon will.
    @Sendable private func keySet(_ call: Call) async throws -> Response {
        let set = try gate.accessTokenAlgorithm.keySet(of: gate.ring)
        return Response(
            status: .ok, headers: [.contentType: "application/jwk-set+json", .cacheControl: "public, max-age=300"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: set)))
    }
}

extension JSONShape {
    /// A code that an error can carry.
    fileprivate static let problemCode = JSONShape(
        "ProblemCode",
        [
            .required("code", .text), .required("status", .integer), .required("title", .text),
            .required("detail", .text),
        ])
}
