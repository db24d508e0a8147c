/// What a registration proves about the authenticator (WebAuthn Level 3 §6.5.4).
package enum Attestation: Sendable {
    /// Nothing: no statement, or one in a format that is not verified here.
    case absent
    /// That the new key signed itself, so that it exists; nothing about the authenticator.
    case selfSigned
    /// That the key of a certificate signed the new key. Whose certificate it is, is not examined.
    case certified

    /// The signature algorithms of certificates that libfido2 verifies and that are still sound: not RS1, which is SHA-1.
    private static let algorithms: Set<Int64> = [-7, -8, -35, -257]

    /// Verifies the statement of `object`, whose parts have been loaded into `credential` (§8.2, §8.6, §8.7).
    package static func verify(
        _ object: AttestationObject, of credential: borrowing FidoCredential, _ algorithm: CredentialAlgorithm
    ) throws(WebAuthnFailure) -> Attestation {
        switch object.format {
        case "none":
            guard object.statement.pairs?.isEmpty == true else { throw .malformed }
            return .absent
        case "packed":
            let statement = try Statement(object)
            guard let signer = statement.algorithm else { throw .malformed }
            guard statement.certificates != nil else {
                guard signer == algorithm.rawValue else { throw .badSignature }
                try statement.verify(for: credential)
                return .selfSigned
            }
            guard algorithms.contains(signer) else { throw .unsupportedAlgorithm }
            try statement.verify(for: credential)
            return .certified
        case "fido-u2f":
            let statement = try Statement(object)
            // libfido2 reads the key as one of P-256 without asking.
            guard algorithm == .es256, statement.certificates?.count == 1 else { throw .malformed }
            try statement.verify(for: credential)
            return .certified
        default:
            return .absent
        }
    }

    private struct Statement {
        let object: AttestationObject
        let algorithm: Int64?
        let certificates: [CBORItem]?

        init(_ object: AttestationObject) throws(WebAuthnFailure) {
            guard let members = object.statement.members, members["sig"]?.bytes?.isEmpty == false
            else { throw .malformed }
            if let chain = members["x5c"] {
                guard let certificates = chain.elements, !certificates.isEmpty,
                    certificates.allSatisfy({ $0.bytes?.isEmpty == false })
                else { throw .malformed }
                self.certificates = certificates
            } else {
                certificates = nil
            }
            self.object = object
            algorithm = members["alg"]?.integer
        }

        func verify(for credential: borrowing FidoCredential) throws(WebAuthnFailure) {
            guard let encoded = object.statement.encoded,
                credential.isAttested(object.format, by: encoded, withCertificate: certificates != nil)
            else { throw .badSignature }
        }
    }
}
