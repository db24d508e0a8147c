import Web

extension JSONShape {
    static let recoveryCodes = JSONShape("RecoveryCodes", [.required("recoveryCodes", .list(.text))])

    static let totpInvitation = JSONShape(
        "TOTPInvitation", [.required("secret", .text), .required("otpauthUri", .text), .required("qrSvg", .text)])

    static let secondFactors = JSONShape(
        "SecondFactors",
        [
            .required(
                "totp", .object(JSONShape("TOTP", [.required("enabled", .flag), .nullable("confirmedAt", .moment)]))),
            .required(
                "sms",
                .object(
                    JSONShape(
                        "SMS",
                        [.required("enabled", .flag), .nullable("phone", .text), .nullable("confirmedAt", .moment)]))),
            .required("recoveryCodesLeft", .integer), .required("passkeys", .list(passkey)),
            .required("available", .flag), .required("required", .flag), .nullable("recoveryDueAt", .moment),
        ])

    static let smsConfirmed = JSONShape(
        "SMSConfirmed", [.required("enabled", .flag), .optional("recoveryCodes", .list(.text))])

    static let rememberedDevice = JSONShape(
        "RememberedDevice",
        [
            .required("id", .identifier), .required("device", .text), .nullable("ip", .text),
            .required("createdAt", .moment), .required("lastUsedAt", .moment), .required("expiresAt", .moment),
        ])
}
