import Accounts
import Core
import Hummingbird
import Identity
import SecurityEvents
import Sessions
import Web

extension AuthAPI {
    /// `GET /sessions`: where the caller is signed in.
    @Sendable func sessions(_ signedIn: SignedInCall) async throws -> Response {
        let listed = try await gate.openSessions.list(of: signedIn.scope.userID)
        let places = gate.places
        return Response.json(capacity: 400 * listed.count + 64) { json in
            json.object { object in
                object.key("sessions")
                object.array { list in
                    for item in listed {
                        list.session(item, isCurrent: item.session.id == signedIn.scope.sessionID, places)
                    }
                }
            }
        }
    }

    /// `DELETE /sessions/{id}`: ends one of them. Somebody else's looks like one that is not there.
    ///
    /// Asks for no step-up: ending a session is what somebody does who has just lost a phone, and takes nothing from anybody.
    @Sendable func endSession(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(SessionID.self)
        guard try await gate.openSessions.end(id, signedIn.scope, from: signedIn.call.source) else {
            throw Problem(.notFound)
        }
        var response = Response(status: .noContent)
        if id == signedIn.scope.sessionID { response.setCookie(cookies.clearedRefresh) }
        return response
    }
}

extension JSONWriter {
    /// Writes a session as its owner sees it.
    mutating func session(_ listed: OpenSessions.Listed, isCurrent: Bool, _ places: PlaceDatabase) {
        let session = listed.session
        object { object in
            object.member("id", session.id)
            object.member("current", isCurrent)
            object.member("createdAt", session.createdAt)
            object.member("lastActiveAt", listed.lastActiveAt)
            object.member("expiresAt", listed.expiresAt)
            object.member("ip", session.ip)
            object.member("place", session.ip.flatMap { IPAddress($0) }.flatMap(places.place)?.description)
            object.member("device", DeviceName(userAgent: session.userAgent).description)
            object.key("authMethods")
            object.array { methods in session.methods.forEach { methods.string($0) } }
        }
    }
}
