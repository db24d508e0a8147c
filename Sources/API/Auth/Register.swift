import Core
import Credentials
import HTTPTypes
import Hummingbird
import Identity
import Web

extension AuthAPI {
    /// `POST /register`: makes an account, as far as `REGISTRATION_MODE` or an invitation allow.
    @Sendable func register(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let typed = fields.string("email", upTo: 1000)
        let address = EmailAddress(typed)
        if address == nil, !typed.isEmpty {
            fields.refuse("email", "invalid_email", "This must be an address such as name@example.com.")
        }
        let password = fields.string("password", upTo: 16_384)
        let firstName = fields.name("firstName")
        let lastName = fields.name("lastName")
        let token = fields.optionalString("inviteToken", upTo: 200)
        try fields.finish()
        guard let address else { throw Problem(.invalidRequest) }
        let applicant = Registration.Applicant(
            email: address, password: password, firstName: firstName, lastName: lastName)
        switch try await gate.registration.register(applicant, invitation: token, from: call.source) {
        case .registered(let account):
            return Response.json(.created) { json in json.object { $0.user(account) } }
        case .verificationRequired:
            return Response.json(.accepted) { json in
                json.object { $0.member("status", "verification_required") }
            }
        case .closed: throw Problem(.registrationClosed)
        case .passwordRefused(let violations): throw passwordRefused(violations)
        case .emailTaken: throw Problem(.emailTaken)
        }
    }

    /// Names every rule that a password breaks.
    func passwordRefused(
        _ violations: [PasswordPolicy.Violation], field: String = "password"
    ) -> Problem {
        Problem(
            .passwordPolicy,
            errors: violations.map { violation in
                Problem.FieldError(
                    field: field, code: violation.rawValue,
                    message: gate.registration.policy.explanation(of: violation))
            })
    }

    /// `GET /password-policy`: the rules in force, for a form that tells them beforehand.
    @Sendable func passwordPolicy(_ call: Call) async throws -> Response {
        let policy = gate.registration.policy
        return Response.json { json in
            json.object { object in
                object.member("minLength", Int64(policy.minimumLength))
                object.member("maxLength", Int64(policy.maximumLength))
                object.member("requireUppercase", policy.requiresUppercase)
                object.member("requireLowercase", policy.requiresLowercase)
                object.member("requireNumber", policy.requiresNumber)
                object.member("requireSpecialChar", policy.requiresSpecialCharacter)
                object.member("refuseGuessable", policy.minimumGuesses > 0)
            }
        }
    }
}
