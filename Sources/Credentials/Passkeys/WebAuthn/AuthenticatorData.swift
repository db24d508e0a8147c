import Core
import Crypto

/// What the authenticator says of a ceremony, bit by bit (WebAuthn Level 3 §6.1).
struct AuthenticatorFlags: OptionSet, Sendable {
    package let rawValue: UInt8

    static let userPresent = AuthenticatorFlags(rawValue: 0x01)
    static let userVerified = AuthenticatorFlags(rawValue: 0x04)
    static let backupEligible = AuthenticatorFlags(rawValue: 0x08)
    static let backedUp = AuthenticatorFlags(rawValue: 0x10)
    static let attestedCredential = AuthenticatorFlags(rawValue: 0x40)
    static let extensions = AuthenticatorFlags(rawValue: 0x80)
}

/// The frame of authenticator data (WebAuthn Level 3 §6.1): where its parts begin and end.
///
/// libfido2 reads the parts; 1.12 neither tells which algorithm a key is for, which it must be told first, nor minds bytes
/// behind the last part, nor guards the CBOR in them (``CBORBounds``).
struct AuthenticatorData {
    /// 37 bytes, a credential with a key of 2048 bits, and room for extensions.
    private static let largest = 8_192
    /// §4, credential ID: at most 1023 bytes.
    private static let credentialIDLengths = 1...1_023

    package let bytes: [UInt8]
    package let flags: AuthenticatorFlags
    /// The key of the new credential: a map in CBOR.
    package let key: CBORItem?
    /// What extensions answered, by name.
    package let extensions: [String: CBORItem]
    private let relyingPartyHash: [UInt8]

    /// Takes the parts apart. Refuses what does not end where its last part ends.
    init(_ bytes: [UInt8]) throws(WebAuthnFailure) {
        guard (37...Self.largest).contains(bytes.count) else { throw .malformed }
        self.bytes = bytes
        relyingPartyHash = Array(bytes.prefix(32))
        flags = AuthenticatorFlags(rawValue: bytes[32])
        var rest = bytes.dropFirst(37)
        if flags.contains(.attestedCredential) {
            let header = Array(rest.prefix(18))
            guard header.count == 18 else { throw .malformed }
            let length = Int(header[16]) << 8 | Int(header[17])
            rest = rest.dropFirst(18)
            guard Self.credentialIDLengths.contains(length), rest.count > length else { throw .malformed }
            rest = rest.dropFirst(length)
            key = try Self.takeItem(from: &rest)
        } else {
            key = nil
        }
        if flags.contains(.extensions) {
            guard let members = try Self.takeItem(from: &rest).members else { throw .malformed }
            extensions = members
        } else {
            extensions = [:]
        }
        guard rest.isEmpty else { throw .malformed }
    }

    private static func takeItem(from rest: inout ArraySlice<UInt8>) throws(WebAuthnFailure) -> CBORItem {
        let bytes = Array(rest)
        guard let length = CBORItem.length(in: bytes), let item = CBORItem(Array(bytes.prefix(length)))
        else { throw .malformed }
        rest = rest.dropFirst(length)
        return item
    }

    /// The algorithm of the new key: member 3 of a COSE key (RFC 9052 §7.1).
    func keyAlgorithm() throws(WebAuthnFailure) -> CredentialAlgorithm {
        guard let number = key?.pairs?.first(where: { $0.key.integer == 3 })?.value.integer else { throw .malformed }
        guard let algorithm = CredentialAlgorithm(rawValue: number) else { throw .unsupportedAlgorithm }
        return algorithm
    }

    /// Refuses data for another relying party, without presence or verification, or whose flags do not fit (§6.1, §7.1, §7.2).
    package func check(
        for party: RelyingParty, _ ceremony: ClientData.Ceremony, requiresUserVerification: Bool
    ) throws(WebAuthnFailure) {
        guard ConstantTime.equal(relyingPartyHash, Array(SHA256.hash(data: Array(party.id.utf8))))
        else { throw .wrongRelyingParty }
        guard flags.contains(.userPresent) else { throw .userNotPresent }
        guard flags.contains(.userVerified) || !requiresUserVerification else { throw .userNotVerified }
        guard flags.contains(.backupEligible) || !flags.contains(.backedUp) else { throw .inconsistentFlags }
        guard flags.contains(.attestedCredential) == (ceremony == .registration) else { throw .inconsistentFlags }
    }
}
