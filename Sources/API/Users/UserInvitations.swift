import Accounts
import Core
import Hummingbird
import Identity
import Web

extension UsersAPI {
    /// `POST /v1/users/invitations` `{email, role}`: mails an invitation. The answer is the same for an address that has an account.
    ///
    /// Where mail cannot be sent the link is in the answer, for the caller to hand over.
    @Sendable func invite(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        var fields = try await call.json()
        let typed = fields.string("email", upTo: 1000)
        let address = EmailAddress(typed)
        if address == nil, !typed.isEmpty {
            fields.refuse("email", "invalid_email", "This must be an address such as name@example.com.")
        }
        let role = fields.choice("role", Role.self)
        if role == nil { fields.refuse("role", "required", "This field is required.") }
        try fields.finish()
        guard let address, let role else { throw Problem(.invalidRequest) }
        let outcome = try await gate.invitations.invite(
            steppedUp.signedIn.scope, role: role, email: address, from: call.source)
        guard case .invited(let token) = outcome else { throw Problem(.forbidden) }
        return Response.json(.accepted) { json in
            json.object { object in
                object.member("status", "invited")
                if !gate.mailbox.isEnabled {
                    object.member("link", gate.mailbox.link("/invitation", token: token))
                }
            }
        }
    }

    /// `GET /v1/users/invitations`: those that still count, for owner and admin.
    @Sendable func invitations(_ signedIn: SignedInCall) async throws -> Response {
        guard signedIn.scope.role.seesEverything else { throw Problem(.forbidden) }
        let invitations = try await gate.invitations.list()
        return Response.json(capacity: 256 * invitations.count + 64) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for invitation in invitations {
                        list.object { item in
                            item.member("id", invitation.id)
                            item.member("email", invitation.email?.shown)
                            item.member("role", invitation.role.rawValue)
                            item.member("invitedBy", invitation.invitedBy)
                            item.member("createdAt", invitation.createdAt)
                            item.member("expiresAt", invitation.expiresAt)
                        }
                    }
                }
            }
        }
    }

    /// `DELETE /v1/users/invitations/{id}`: takes one back.
    @Sendable func revokeInvitation(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(InvitationID.self)
        let scope = steppedUp.signedIn.scope
        guard scope.role.seesEverything else { throw Problem(.forbidden) }
        guard try await gate.invitations.revoke(scope, id, from: call.source) else { throw Problem(.notFound) }
        return Response(status: .noContent)
    }
}
