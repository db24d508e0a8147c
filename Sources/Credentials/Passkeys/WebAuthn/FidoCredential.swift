import CFido2

/// libfido2's `fido_cred_t`, freed with this value.
@safe package struct FidoCredential: ~Copyable {
    private static let flags = ["hmac-secret": FIDO_EXT_HMAC_SECRET, "credBlob": FIDO_EXT_CRED_BLOB]

    private let credential: OpaquePointer

    init() throws(WebAuthnFailure) {
        guard Fido.isReady, let credential = unsafe fido_cred_new() else { throw .malformed }
        unsafe self.credential = credential
    }

    deinit {
        var last: OpaquePointer? = unsafe credential
        unsafe fido_cred_free(&last)
    }

    /// Takes in the authenticator data, which must have been taken apart before, and what else was signed.
    borrowing func load(
        _ authenticatorData: AuthenticatorData, _ algorithm: CredentialAlgorithm, clientDataJSON: [UInt8],
        relyingPartyID: String
    ) throws(WebAuthnFailure) {
        let bytes = authenticatorData.bytes
        guard unsafe fido_cred_set_type(credential, Int32(algorithm.rawValue)) == FIDO_OK,
            unsafe fido_cred_set_rp(credential, relyingPartyID, nil) == FIDO_OK,
            unsafe fido_cred_set_clientdata(credential, clientDataJSON, clientDataJSON.count) == FIDO_OK,
            unsafe fido_cred_set_authdata_raw(credential, bytes, bytes.count) == FIDO_OK
        else { throw .malformed }
        try expect(authenticatorData.extensions)
    }

    private borrowing func expect(_ extensions: [String: CBORItem]) throws(WebAuthnFailure) {
        let mask = Fido.mask(Self.flags) { extensions[$0]?.isTrue == true }
        guard unsafe fido_cred_set_extensions(credential, mask) == FIDO_OK else { throw .malformed }
        if let level = extensions["credProtect"]?.integer {
            guard let level = Int32(exactly: level), level > 0,
                unsafe fido_cred_set_prot(credential, level) == FIDO_OK
            else { throw .malformed }
        }
        if let length = extensions["minPinLength"]?.integer {
            guard let length = Int(exactly: length), length > 0,
                unsafe fido_cred_set_pin_minlen(credential, length) == FIDO_OK
            else { throw .malformed }
        }
    }

    var id: [UInt8] { unsafe Self.copy(fido_cred_id_ptr(credential), fido_cred_id_len(credential)) }

    /// The public key in libfido2's own form.
    var key: [UInt8] { unsafe Self.copy(fido_cred_pubkey_ptr(credential), fido_cred_pubkey_len(credential)) }

    /// The model of the authenticator.
    var aaguid: [UInt8] { unsafe Self.copy(fido_cred_aaguid_ptr(credential), fido_cred_aaguid_len(credential)) }

    /// 0 when the authenticator does not count.
    var signCount: UInt32 { unsafe fido_cred_sigcount(credential) }

    /// Whether `statement` is a signature, in `format`, of what was loaded: by the certificate in it, or without one by the
    /// new key itself.
    borrowing func isAttested(_ format: String, by statement: [UInt8], withCertificate: Bool) -> Bool {
        guard unsafe fido_cred_set_fmt(credential, format) == FIDO_OK,
            unsafe fido_cred_set_attstmt(credential, statement, statement.count) == FIDO_OK
        else { return false }
        return unsafe (withCertificate ? fido_cred_verify(credential) : fido_cred_verify_self(credential)) == FIDO_OK
    }

    private static func copy(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: bytes, count: unsafe bytes == nil ? 0 : count))
    }
}
