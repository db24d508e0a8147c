/// What a browser sends after `navigator.credentials.create()`, decoded from base64url and not trusted yet.
package struct RegistrationResponse: Sendable {
    package let clientDataJSON: [UInt8]
    package let attestationObject: [UInt8]
    /// How the authenticator can be reached: a hint for later requests, which nobody signs.
    package let transports: [String]
    /// `platform` or `cross-platform`; nobody signs it.
    package let attachment: String?

    package init(
        clientDataJSON: [UInt8], attestationObject: [UInt8], transports: [String] = [], attachment: String? = nil
    ) {
        self.clientDataJSON = clientDataJSON
        self.attestationObject = attestationObject
        self.transports = transports
        self.attachment = attachment
    }
}

/// What a browser sends after `navigator.credentials.get()`, decoded from base64url and not trusted yet.
package struct AssertionResponse: Sendable {
    /// Which passkey claims to have signed. Whoever verifies looks its key up by this.
    package let credentialID: [UInt8]
    package let clientDataJSON: [UInt8]
    package let authenticatorData: [UInt8]
    package let signature: [UInt8]
    /// The account that the passkey was made for, as the authenticator remembers it. Nobody signs it: it must be compared
    /// with the owner of the credential.
    package let userHandle: [UInt8]?

    package init(
        credentialID: [UInt8], clientDataJSON: [UInt8], authenticatorData: [UInt8], signature: [UInt8],
        userHandle: [UInt8]? = nil
    ) {
        self.credentialID = credentialID
        self.clientDataJSON = clientDataJSON
        self.authenticatorData = authenticatorData
        self.signature = signature
        self.userHandle = userHandle
    }
}
