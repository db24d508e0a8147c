import Accounts
import Core
import HTTPTypes
import Hummingbird
import Identity
import SecurityEvents
import Sessions
import Web

extension AuthAPI {
    /// `GET /me`: who is signed in, and in which session.
    @Sendable func me(_ signedIn: SignedInCall) async throws -> Response {
        guard let found = try await gate.session(signedIn.scope) else { throw Problem(.sessionRevoked) }
        let session = found.session
        return Response.json { json in
            json.object { object in
                object.user(found.account)
                object.key("session")
                object.object { writer in
                    writer.member("id", session.id)
                    writer.member("createdAt", session.createdAt)
                    writer.member("lastActiveAt", gate.activity.latest(session.id) ?? session.lastActiveAt)
                    writer.member("authenticatedAt", session.authenticatedAt)
                    writer.member("expiresAt", found.expiresAt)
                    writer.member("ip", session.ip)
                    writer.member("device", DeviceName(userAgent: session.userAgent).description)
                    writer.key("authMethods")
                    writer.array { methods in session.methods.forEach { methods.string($0) } }
                }
            }
        }
    }

    /// `GET /verify`: tells a proxy (nginx `auth_request`) whether to let a request through, and on whose behalf.
    ///
    /// Asked for every picture of another program, so it makes no query: the token tells all but the address, and that is remembered.
    @Sendable func verify(_ signedIn: SignedInCall) async throws -> Response {
        let scope = signedIn.scope
        guard let address = try await gate.signedInAddresses.address(of: scope.userID) else {
            throw Problem(.sessionRevoked)
        }
        var headers = HTTPFields()
        let facts = [
            ("X-Gatehouse-User", scope.userID.description), ("X-Gatehouse-Email", address.text),
            ("X-Gatehouse-Role", scope.role.rawValue), ("X-Gatehouse-Session", scope.sessionID?.description ?? ""),
        ]
        for (name, value) in facts {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(status: .noContent, headers: headers)
    }
}
