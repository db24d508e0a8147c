/// Why a WebAuthn response proves nothing.
///
/// For the log and the metrics: to the client all of them are one refusal, but for ``userNotVerified`` and
/// ``authenticatorNotAllowed``, where a person can do something about it.
package enum WebAuthnFailure: String, Error, Sendable, CaseIterable {
    /// Not what a browser sends: no JSON, no CBOR, too large, too deep, too short, too long.
    case malformed
    /// An answer to the other ceremony: a registration presented as a sign-in, or the reverse.
    case wrongType = "wrong_type"
    /// Made for another challenge: a replay, or an answer to somebody else's request.
    case wrongChallenge = "wrong_challenge"
    /// Made on a page that is not ours (phishing), or in a frame inside another site.
    case wrongOrigin = "wrong_origin"
    /// Made for another domain's passkeys.
    case wrongRelyingParty = "wrong_relying_party"
    /// Nobody touched the authenticator.
    case userNotPresent = "user_not_present"
    /// The authenticator asked for no PIN, finger or face, and the ceremony requires one.
    case userNotVerified = "user_not_verified"
    /// A key of an algorithm other than ``CredentialKey/algorithms``.
    case unsupportedAlgorithm = "unsupported_algorithm"
    /// The signature, or the signature of the attestation, is not by the key.
    case badSignature = "bad_signature"
    /// Flags that contradict each other or the ceremony: backed up but not eligible for backup, a new key without the key,
    /// an assertion with one.
    case inconsistentFlags = "inconsistent_flags"
    /// Not one of the models that the operator allows, or no proof that it is.
    case authenticatorNotAllowed = "authenticator_not_allowed"
}
