package import Core

/// Marks identifiers of passkeys.
package enum PasskeyEntity {}

/// The identity of a passkey in the API; the authenticator knows it by its credential id.
package typealias PasskeyID = Identifier<PasskeyEntity>

/// A passkey or hardware key of somebody.
package struct Passkey: Sendable, Hashable {
    package let id: PasskeyID
    package let accountID: AccountID
    /// How the authenticator knows it: 1 to 1023 bytes.
    package let credentialID: [UInt8]
    package let key: CredentialKey
    /// The authenticator's counter as it was shown last; 0 when it does not count.
    package let signCount: Int64
    /// The model, 16 bytes; all zero when the authenticator does not tell.
    package let aaguid: [UInt8]
    package let attachment: AuthenticatorAttachment
    /// How the authenticator can be reached, as the browser said: `internal`, `hybrid`, `usb`, `nfc`, `ble`.
    package let transports: [String]
    /// Whether it can leave its device.
    package let isBackupEligible: Bool
    package let isBackedUp: Bool
    /// What its owner calls it.
    package let name: String
    package let createdAt: Timestamp
    package let lastUsedAt: Timestamp?

    /// How a session says that it was used (RFC 8176): a key that cannot leave its device is a hardware key.
    package var authenticationMethod: String { isBackupEligible ? "swk" : "hwk" }
}

extension Passkey {
    /// The passkey of `account` that a browser has just made and that was found to be genuine.
    package init(
        id: PasskeyID, of account: AccountID, verified: VerifiedRegistration, attachment: AuthenticatorAttachment,
        transports: [String], name: String, createdAt: Timestamp
    ) {
        self.init(
            id: id, accountID: account, credentialID: verified.credentialID, key: verified.key,
            signCount: Int64(verified.signCount), aaguid: verified.aaguid, attachment: attachment,
            transports: transports, isBackupEligible: verified.isBackupEligible, isBackedUp: verified.isBackedUp,
            name: name, createdAt: createdAt, lastUsedAt: nil)
    }
}

/// Where the authenticator is.
package enum AuthenticatorAttachment: String, Sendable, CaseIterable {
    /// Part of the device: Face ID, Touch ID, Windows Hello.
    case platform
    /// One that is carried along, such as a YubiKey.
    case crossPlatform = "cross-platform"
}

/// Which passkeys there may be: `ENABLE_BIOMETRIC_AUTH`, `ENABLE_HARDWARE_KEYS`, `HARDWARE_KEY_AAGUIDS`.
package struct PasskeyPolicy: Sendable {
    /// `ENABLE_BIOMETRIC_AUTH`.
    package var allowsPlatform = false
    /// `ENABLE_HARDWARE_KEYS`.
    package var allowsHardwareKeys = false
    /// `HARDWARE_KEY_AAGUIDS`: the models that a hardware key must be of; `nil` for any.
    package var allowedModels: Set<[UInt8]>?
    package var relyingParty: RelyingParty

    /// How long a browser has to answer.
    package static let challengeLife: Duration = .minutes(5)
    /// How many passkeys one person may have.
    package static let most = 20

    /// No passkeys, for the given site.
    package init(relyingParty: RelyingParty) { self.relyingParty = relyingParty }

    /// Whether there are passkeys at all.
    package var isEnabled: Bool { allowsPlatform || allowsHardwareKeys }

    /// Whether one of that kind may be made.
    package func allows(_ attachment: AuthenticatorAttachment) -> Bool {
        switch attachment {
        case .platform: return allowsPlatform
        case .crossPlatform: return allowsHardwareKeys
        }
    }
}
