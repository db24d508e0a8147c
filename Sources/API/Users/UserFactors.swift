import Core
import Credentials
import Hummingbird
import Identity
import Web

extension UsersAPI {
    /// `POST /v1/users/{id}/mfa-recovery`: for somebody who has lost every factor and code. They are told, and can stop it; when the wait is
    /// over, their next sign-in takes the factors away.
    @Sendable func startFactorRecovery(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(AccountID.self)
        guard gate.mfa.isEnabled else { throw Problem(.mfaDisabled) }
        try await call.noFields()
        _ = try Self.account(try await gate.teamFactorRecovery.start(steppedUp.actor, of: id, from: call.source))
        return Response.json(.accepted) { json in
            json.object { object in
                object.member("status", "recovery_started")
                object.member("delayHours", gate.mfa.recoveryDelay.milliseconds / 3_600_000)
            }
        }
    }

    /// `DELETE /v1/users/{id}/mfa-recovery`.
    @Sendable func stopFactorRecovery(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(AccountID.self)
        _ = try Self.account(try await gate.teamFactorRecovery.stop(steppedUp.actor, of: id, from: call.source))
        return Response(status: .noContent)
    }
}
