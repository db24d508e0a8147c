import Accounts
import CRM
import Core
import Credentials
package import Departure
import Guarding
import Hummingbird
package import Identity
import SecurityEvents
import Sessions
package import Web

/// The people of the brokerage: `/v1/users`.
package struct UsersAPI: Sendable {
    let gate: Gate
    let departure: AgentDeparture
    let removal: AccountRemoval

    package init(gate: Gate, departure: AgentDeparture, removal: AccountRemoval) {
        self.gate = gate
        self.departure = departure
        self.removal = removal
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listUsers", .get, "/v1/users", limit: .api, .signedIn(list))
                .answers(.json(.all(.teamMember))),
            Route("listInvitations", .get, "/v1/users/invitations", limit: .api, .signedIn(invitations))
                .answers(.json(.all(.invitation)))
                .refuses(.forbidden),
            Route("invite", .post, "/v1/users/invitations", limit: .api, .steppedUp(.accountSecurity, invite))
                .reads(.required("email", .text), .required("role", .choice(Role.self)))
                .answers(.json(.invited, .accepted))
                .refuses(.forbidden),
            Route(
                "revokeInvitation", .delete, "/v1/users/invitations/{id}", limit: .api,
                .steppedUp(.accountSecurity, revokeInvitation)
            )
            .answers(.noContent)
            .refuses(.forbidden),
            Route("removeUser", .delete, "/v1/users/{id}", limit: .api, .steppedUp(.privilege, remove))
                .answers(.noContent)
                .refuses(.forbidden, .accountInUse),
            Route("exportOwnData", .get, "/v1/me/export", limit: .api, .steppedUp(.export, exportOwnData))
                .answers(.media("application/json")),
            Route("getUser", .get, "/v1/users/{id}", limit: .api, .signedIn(get))
                .answers(.json(.teamMember)),
            Route("changeUser", .patch, "/v1/users/{id}", limit: .api, .steppedUp(.privilege, patch))
                .reads(.optional("role", .choice(Role.self)), .optional("status", .choice(Account.Status.self)))
                .answers(.json(.teamMember))
                .refuses(.forbidden, .lastOwner),
            Route("unlockUser", .post, "/v1/users/{id}/unlock", limit: .api, .steppedUp(.accountSecurity, unlock))
                .answers(.noContent)
                .refuses(.forbidden),
            Route("listUserSessions", .get, "/v1/users/{id}/sessions", limit: .api, .signedIn(sessions))
                .answers(.json(.sessions))
                .refuses(.forbidden),
            Route(
                "endUserSessions", .delete, "/v1/users/{id}/sessions", limit: .api,
                .steppedUp(.accountSecurity, endSessions)
            )
            .answers(.noContent)
            .refuses(.forbidden),
            Route(
                "startFactorRecovery", .post, "/v1/users/{id}/mfa-recovery", limit: .api,
                .steppedUp(.privilege, startFactorRecovery)
            )
            .reads(orNothing: true)
            .answers(.json(.recoveryStarted, .accepted))
            .refuses(.forbidden, .mfaDisabled),
            Route(
                "stopFactorRecovery", .delete, "/v1/users/{id}/mfa-recovery", limit: .api,
                .steppedUp(.privilege, stopFactorRecovery)
            )
            .answers(.noContent)
            .refuses(.forbidden),
            Route("leave", .post, "/v1/users/{id}/leave", limit: .api, .steppedUp(.accountSecurity, leave))
                .reads(.required("clientsTo", .identifier))
                .answers(.json(.departure))
                .refuses(.forbidden, .lastOwner),
        ]
    }

    /// `GET /v1/users`: everybody. An agent needs their colleagues to share clients with; a lender, from outside, sees themselves alone.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        let scope = signedIn.scope
        let accounts = try await gate.team.list().filter { Self.maySee($0, scope) }
        return Response.json(capacity: 256 * accounts.count + 64) { json in
            json.object { object in
                object.key("data")
                object.array { list in accounts.forEach { list.member($0, for: scope) } }
            }
        }
    }

    /// `GET /v1/users/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        let account = try await gate.team.account(try signedIn.call.identifier(AccountID.self))
        guard let account, Self.maySee(account, signedIn.scope) else { throw Problem(.notFound) }
        return Response.json { $0.member(account, for: signedIn.scope) }
    }

    /// `PATCH /v1/users/{id}`: `role`, `status`.
    @Sendable private func patch(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(AccountID.self)
        var fields = try await call.json()
        let role = fields.choice("role", Role.self)
        let status = fields.choice("status", Account.Status.self)
        try fields.finish()
        guard role != nil || status != nil else {
            throw Problem(.invalidRequest, detail: "Give role, status or both.")
        }
        let outcome = try await gate.team.setPlace(
            steppedUp.actor, of: id, role: role, status: status, from: call.source)
        let account = try Self.account(outcome)
        return Response.json { $0.member(account, for: steppedUp.signedIn.scope) }
    }

    /// `POST /v1/users/{id}/unlock`: lifts a lock of sign-in.
    @Sendable private func unlock(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(AccountID.self)
        _ = try Self.account(try await gate.team.unlock(steppedUp.actor, id, from: call.source))
        return Response(status: .noContent)
    }

    /// `POST /v1/users/{id}/leave` `{clientsTo}`: they cannot sign in any more, and a colleague has their clients.
    @Sendable private func leave(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(AccountID.self)
        var fields = try await call.json()
        let successor = AccountID(fields.string("clientsTo"))
        try fields.finish()
        guard let successor else { throw Self.successorUnusable }
        switch try await departure.leave(steppedUp.actor, id, clientsTo: successor, from: call.source) {
        case .left(let report):
            return Response.json { json in
                json.object { object in
                    object.key("user")
                    object.member(report.account, for: steppedUp.signedIn.scope)
                    object.member("clientsHandedOver", Int64(report.clients))
                    object.key("exports")
                    object.array { list in
                        for event in report.exports {
                            list.object { item in
                                item.member("at", event.at)
                                item.member("ip", event.ip)
                                item.key("detail")
                                item.json(trusted: event.detailJSON)
                            }
                        }
                    }
                    object.key("apiKeysRevoked")
                    object.array { list in
                        for key in report.endedKeys {
                            list.object { item in
                                item.member("id", key.id)
                                item.member("name", key.name)
                                item.member("lastUsedAt", key.lastUsedAt)
                            }
                        }
                    }
                }
            }
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .lastOwner: throw Problem(.lastOwner)
        case .successorUnusable: throw Self.successorUnusable
        }
    }

    /// `DELETE /v1/users/{id}`: somebody who has left is forgotten, in the security log too.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        switch try await removal.remove(steppedUp.actor, try call.identifier(AccountID.self), from: call.source) {
        case .removed: return Response(status: .noContent)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .inUse(let reason):
            throw Problem(
                .accountInUse,
                detail: reason == .clients
                    ? "Clients are still assigned to them or shared with them, or others see a list of theirs." : nil)
        }
    }

    private static var successorUnusable: Problem {
        Problem(
            .invalidRequest,
            errors: [
                .init(
                    field: "clientsTo", code: "unknown_account",
                    message: "This must be the identity of an active user who stays.")
            ])
    }

    private static func maySee(_ account: Account, _ scope: Scope) -> Bool {
        switch scope.role {
        case .owner, .admin: return true
        case .agent: return account.status == .active || account.id == scope.userID
        case .lender: return account.id == scope.userID
        }
    }

    /// The account after a change, or the refusal.
    static func account(_ outcome: Team.Outcome) throws -> Account {
        switch outcome {
        case .done(let account): return account
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .lastOwner: throw Problem(.lastOwner)
        }
    }
}

extension SteppedUpCall {
    /// The caller as somebody who changes the team.
    var actor: TeamActor { .person(signedIn.scope, proof) }
}

extension JSONWriter {
    /// Writes somebody of the team. Only owner and admin see more than a colleague has to know.
    fileprivate mutating func member(_ account: Account, for scope: Scope) {
        object { object in
            object.member("id", account.id)
            object.member("email", account.email.shown)
            object.member("firstName", account.firstName)
            object.member("lastName", account.lastName)
            object.member("role", account.role.rawValue)
            object.member("status", account.status.rawValue)
            if scope.role.seesEverything {
                object.member("emailVerifiedAt", account.emailVerifiedAt)
                object.member("createdAt", account.createdAt)
            }
        }
    }
}
