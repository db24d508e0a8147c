import Accounts
import Web

extension JSONShape {
    /// Somebody of the team. The last two are for owner and admin.
    static let teamMember = JSONShape(
        "TeamMember",
        user.members + [
            .required("status", .choice(Account.Status.self)), .optional("emailVerifiedAt", .moment),
            .optional("createdAt", .moment),
        ])

    static let invitation = JSONShape(
        "Invitation",
        [
            .required("id", .identifier), .nullable("email", .text), .required("role", .choice(Role.self)),
            .nullable("invitedBy", .identifier), .required("createdAt", .moment), .required("expiresAt", .moment),
        ])

    /// The link stands there where mail cannot be sent.
    static let invited = JSONShape("Invited", [.required("status", .text), .optional("link", .text)])

    static let recoveryStarted = JSONShape(
        "RecoveryStarted", [.required("status", .text), .required("delayHours", .integer)])

    /// What somebody leaves behind.
    static let departure = JSONShape(
        "Departure",
        [
            .required("user", .object(teamMember)), .required("clientsHandedOver", .integer),
            .required(
                "exports",
                .list(
                    JSONShape(
                        "PastExport",
                        [.required("at", .moment), .nullable("ip", .text), .required("detail", .foreign)]))),
            .required(
                "apiKeysRevoked",
                .list(
                    JSONShape(
                        "EndedKey",
                        [.required("id", .identifier), .required("name", .text), .nullable("lastUsedAt", .moment)]))),
        ])
}
