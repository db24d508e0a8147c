import Accounts
import Core
import Hummingbird
import Identity
import Sessions
import Web

extension AuthAPI {
    /// `POST /login`: address and password.
    ///
    /// Unknown address and wrong password are one answer. Whether an account is disabled or its address unproven is told
    /// only after a right password.
    @Sendable func logIn(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let address = fields.string("email", upTo: 1000)
        let password = fields.string("password", upTo: 16_384)
        let delivery = fields.choice("tokenDelivery", TokenDelivery.self) ?? .cookie
        try fields.finish()
        let outcome = try await gate.signIn.signIn(
            typedAddress: address, password: password, deviceCookies: call.deviceCookies,
            rememberedDevices: call.rememberedDevices, from: call.source)
        switch outcome {
        case .signedIn(let grant, let deviceCookie):
            call.context.record.userID = grant.account.id
            return signedIn(grant, by: delivery, deviceCookie: deviceCookie)
        case .secondFactorNeeded(let pending): return .secondFactorRequired(pending)
        case .enrolmentNeeded(let pending): return .enrolmentRequired(pending)
        case .invalidCredentials: throw Problem(.invalidCredentials)
        case .locked(let until): throw locked(until: until)
        case .busy: throw busy
        case .disabled: throw Problem(.accountDisabled)
        case .emailNotVerified: throw Problem(.emailNotVerified)
        case .passwordExpired: throw Problem(.passwordExpired)
        }
    }
}
