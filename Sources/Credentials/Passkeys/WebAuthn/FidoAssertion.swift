import CFido2

/// libfido2's `fido_assert_t` with one statement, freed with this value.
@safe struct FidoAssertion: ~Copyable {
    private static let extensions = ["hmac-secret": FIDO_EXT_HMAC_SECRET, "credBlob": FIDO_EXT_CRED_BLOB]

    private let assertion: OpaquePointer

    init() throws(WebAuthnFailure) {
        guard Fido.isReady, let assertion = unsafe fido_assert_new() else { throw .malformed }
        unsafe self.assertion = assertion
    }

    deinit {
        var last: OpaquePointer? = unsafe assertion
        unsafe fido_assert_free(&last)
    }

    /// Takes in what is to be verified. `authenticatorData` must have been taken apart before.
    borrowing func load(
        _ authenticatorData: AuthenticatorData, clientDataJSON: [UInt8], signature: [UInt8], relyingPartyID: String
    ) throws(WebAuthnFailure) {
        let mask = Fido.mask(Self.extensions) { authenticatorData.extensions[$0] != nil }
        let bytes = authenticatorData.bytes
        guard unsafe fido_assert_set_count(assertion, 1) == FIDO_OK,
            unsafe fido_assert_set_rp(assertion, relyingPartyID) == FIDO_OK,
            unsafe fido_assert_set_clientdata(assertion, clientDataJSON, clientDataJSON.count) == FIDO_OK,
            unsafe fido_assert_set_authdata_raw(assertion, 0, bytes, bytes.count) == FIDO_OK,
            unsafe fido_assert_set_extensions(assertion, mask) == FIDO_OK
        else { throw .malformed }
        guard unsafe fido_assert_set_sig(assertion, 0, signature, signature.count) == FIDO_OK
        else { throw .badSignature }
    }

    /// 0 when the authenticator does not count.
    var signCount: UInt32 { unsafe fido_assert_sigcount(assertion, 0) }

    /// Whether `key` signed what was loaded.
    borrowing func isSigned(by key: borrowing FidoPublicKey) -> Bool {
        let algorithm = Int32(key.algorithm.rawValue)
        return unsafe key.withPointer { unsafe fido_assert_verify(assertion, 0, algorithm, $0) } == FIDO_OK
    }
}
