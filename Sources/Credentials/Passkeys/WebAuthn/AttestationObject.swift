/// The three parts of what an authenticator gives at a registration (WebAuthn Level 3 §6.5).
package struct AttestationObject {
    /// An attestation with a chain of certificates takes a few KiB.
    private static let largest = 65_536

    /// Who vouches for the authenticator, and how: `none`, `packed` …
    package let format: String
    /// A map, in CBOR.
    package let statement: CBORItem
    package let authenticatorData: [UInt8]

    /// Opens the outer map, which holds exactly `fmt`, `attStmt` and `authData`.
    init(_ bytes: [UInt8]) throws(WebAuthnFailure) {
        guard bytes.count <= Self.largest, let members = CBORItem(bytes)?.members, members.count == 3,
            let format = members["fmt"]?.text, let statement = members["attStmt"], statement.pairs != nil,
            let data = members["authData"]?.bytes
        else { throw .malformed }
        self.format = format
        self.statement = statement
        authenticatorData = data
    }
}
