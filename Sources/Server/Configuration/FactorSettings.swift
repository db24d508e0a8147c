import Core
import Credentials
import Foundation
import Identity

/// Second factors and passkeys.
package struct FactorSettings: Sendable {
    let mfa: MFAPolicy
    let passkeys: PasskeyPolicy

    init(_ reader: inout SettingsReader, publicURL: String) {
        reader.section("Second factors")
        var policy = MFAPolicy()
        policy.isEnabled = reader.flag(
            "ENABLE_MFA", default: false,
            "Whether there are second factors: for sign-in, and for changing what others may do.")
        policy.requirement = reader.choice("MFA_POLICY", default: .optional, "Who must have a second factor.")
        policy.grace = .days(
            reader.integer(
                "MFA_GRACE_DAYS", default: 7, in: 0...365,
                "How long somebody who must have one may still sign in without, from the first time that they are told."
            ))
        policy.remembersFor = .days(
            reader.integer(
                "MFA_REMEMBER_DAYS", default: 30, in: 0...365,
                "How long a browser that asked for it is not asked for the second factor; 0 for never."))
        policy.recoveryDelay = .hours(
            reader.integer(
                "MFA_RECOVERY_DELAY_HOURS", default: 24, in: 1...720,
                "How long a recovery of lost factors waits, so that its owner can stop it."))
        policy.issuer =
            reader.text("MFA_ISSUER", default: "Gatehouse", "Under what name an authenticator app files the account.")
            ?? "Gatehouse"
        if policy.issuer.contains(":") || policy.issuer.utf8.count > 64 {
            reader.refuse("MFA_ISSUER", "must have at most 64 bytes and no colon.")
        }
        mfa = policy
        reader.section("Passkeys")
        passkeys = Self.passkeys(&reader, publicURL: publicURL, name: policy.issuer)
    }

    private static func passkeys(
        _ reader: inout SettingsReader, publicURL: String, name: String
    ) -> PasskeyPolicy {
        let platform = reader.flag(
            "ENABLE_BIOMETRIC_AUTH", default: false, "Passkeys of the device itself: Face ID, Touch ID, Windows Hello.")
        let keys = reader.flag(
            "ENABLE_HARDWARE_KEYS", default: false, "Keys that are carried along, such as a YubiKey.")
        let host = URL(string: publicURL)?.host?.lowercased() ?? ""
        let id =
            reader.text(
                "WEBAUTHN_RP_ID", default: host,
                "The domain that passkeys are bound to: the host of PUBLIC_URL, or a domain above it. Changing it orphans them."
            ) ?? host
        if id != host, !host.hasSuffix(".\(id)") || !id.contains(".") {
            reader.refuse("WEBAUTHN_RP_ID", "must be the host of PUBLIC_URL or a domain above it.")
        }
        let listed = reader.list(
            "WEBAUTHN_ORIGINS", "Further origins whose pages may use the passkeys, by commas; PUBLIC_URL always may.")
        if !listed.allSatisfy(ProcessSettings.isOrigin) {
            reader.refuse("WEBAUTHN_ORIGINS", "must be origins such as https://crm.example.com, by commas.")
        }
        let models = reader.list(
            "HARDWARE_KEY_AAGUIDS", "The models that a hardware key must be of, by their AAGUIDs; any without it.")
        let identifiers = models.compactMap { Identifier<AuthenticatorModel>($0)?.bytes }
        if identifiers.count != models.count {
            reader.refuse("HARDWARE_KEY_AAGUIDS", "must be identifiers such as ee882879-721c-4913-9775-3dfcce97072a.")
        }
        var policy = PasskeyPolicy(
            relyingParty: RelyingParty(id: id, name: name, origins: Set([publicURL] + listed)))
        policy.allowsPlatform = platform
        policy.allowsHardwareKeys = keys
        policy.allowedModels = models.isEmpty ? nil : Set(identifiers)
        return policy
    }

    /// Marks the identifiers of models of authenticators.
    private enum AuthenticatorModel {}

    /// Worth saying at start: a browser makes no passkeys for an address that is no domain.
    func notices() -> [String] {
        guard passkeys.isEnabled, IPAddress(passkeys.relyingParty.id) != nil else { return [] }
        return [
            "PUBLIC_URL has no domain, and browsers make passkeys for domains only; use http://localhost:8080 to try them."
        ]
    }
}
