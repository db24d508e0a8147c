/// Who we are to a browser's authenticators.
package struct RelyingParty: Sendable {
    /// The domain that passkeys are bound to: `crm.example.com`, or a domain above it. Changing it orphans every passkey.
    package let id: String
    /// What a browser may show when it offers to make a passkey.
    package let name: String
    /// The origins whose pages may use the passkeys: `https://crm.example.com`, compared as they stand.
    package let origins: Set<String>

    package init(id: String, name: String, origins: Set<String>) {
        self.id = id
        self.name = name
        self.origins = origins
    }
}
