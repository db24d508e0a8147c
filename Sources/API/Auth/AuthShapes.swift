import Accounts
import Web

extension JSONShape {
    /// An answer that says how it went and nothing else.
    static let status = JSONShape("Status", [.required("status", .text)])

    /// An account as its holder sees it.
    static let user = JSONShape(
        "User",
        [
            .required("id", .identifier), .required("email", .text), .required("firstName", .text),
            .required("lastName", .text), .required("role", .choice(Role.self)),
        ])

    static let account = JSONShape("Account", [.required("user", .object(user))])

    static let signedIn = JSONShape(
        "SignedIn",
        [
            .required("status", .choice(["signed_in"])), .required("accessToken", .text),
            .required("tokenType", .choice(["Bearer"])), .required("expiresIn", .integer),
            .required("user", .object(user)),
            .required(
                "session",
                .object(JSONShape("SessionEnd", [.required("id", .identifier), .required("expiresAt", .moment)]))),
            .optional("refreshToken", .text), .optional("mfaEnrollmentDeadline", .moment),
            .optional("recoveryCodes", .list(.text)),
        ])

    /// *Second factor*: what has to be shown before the session opens.
    static let challenge = JSONShape(
        "Challenge",
        [
            .required("status", .choice(["mfa_required", "mfa_enrollment_required"])),
            .required("challengeToken", .text), .required("expiresIn", .integer), .required("methods", .list(.text)),
        ])

    static let me = JSONShape(
        "Me",
        [
            .required("user", .object(user)),
            .required(
                "session",
                .object(
                    JSONShape(
                        "OwnSession",
                        [
                            .required("id", .identifier), .required("createdAt", .moment),
                            .required("lastActiveAt", .moment), .required("authenticatedAt", .moment),
                            .required("expiresAt", .moment), .nullable("ip", .text), .required("device", .text),
                            .required("authMethods", .list(.text)),
                        ]))),
        ])

    static let session = JSONShape(
        "Session",
        [
            .required("id", .identifier), .required("current", .flag), .required("createdAt", .moment),
            .required("lastActiveAt", .moment), .required("expiresAt", .moment), .nullable("ip", .text),
            .nullable("place", .text), .required("device", .text), .required("authMethods", .list(.text)),
        ])

    static let sessions = JSONShape("Sessions", [.required("sessions", .list(session))])

    static let passwordPolicy = JSONShape(
        "PasswordPolicy",
        [
            .required("minLength", .integer), .required("maxLength", .integer), .required("requireUppercase", .flag),
            .required("requireLowercase", .flag), .required("requireNumber", .flag),
            .required("requireSpecialChar", .flag), .required("refuseGuessable", .flag),
        ])
}
