import Accounts
import Core
import Hummingbird
import Identity
import Sessions
import Web

extension UsersAPI {
    /// `GET /v1/users/{id}/sessions`: where somebody is signed in, for owner and admin.
    @Sendable func sessions(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(AccountID.self)
        guard signedIn.scope.role.seesEverything else { throw Problem(.forbidden) }
        guard try await gate.team.account(id) != nil else { throw Problem(.notFound) }
        let listed = try await gate.openSessions.list(of: id)
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

    /// `DELETE /v1/users/{id}/sessions`: ends all of them.
    @Sendable func endSessions(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(AccountID.self)
        let scope = steppedUp.signedIn.scope
        guard scope.role.seesEverything else { throw Problem(.forbidden) }
        guard let account = try await gate.team.account(id) else { throw Problem(.notFound) }
        guard scope.role.mayGrant(account.role) else { throw Problem(.forbidden) }
        _ = try await gate.openSessions.endAll(of: id, by: scope.userID, from: call.source)
        return Response(status: .noContent)
    }
}
