import Web

extension JSONShape {
    static let passkey = JSONShape(
        "Passkey",
        [
            .required("id", .identifier), .required("name", .text), .required("kind", .text),
            .required("credentialId", .text), .required("backedUp", .flag), .required("createdAt", .moment),
            .nullable("lastUsedAt", .moment),
        ])

    static let registeredPasskey = JSONShape(
        "RegisteredPasskey", [.required("passkey", .object(passkey)), .optional("recoveryCodes", .list(.text))])

    /// With what a page tells the browser (WebAuthn Level 3 §5.1.10).
    static let passkeys = JSONShape(
        "Passkeys",
        [
            .required("passkeys", .list(passkey)),
            .required(
                "signal",
                .object(
                    JSONShape(
                        "PasskeySignal",
                        [
                            .required("rpId", .text), .required("userId", .text), .required("name", .text),
                            .required("displayName", .text), .required("allAcceptedCredentialIds", .list(.text)),
                        ]))),
        ])
}
