extension RelyingParty {
    /// The site at `origin`, such as `https://crm.example.com`: its host is what passkeys are bound to.
    package static func site(_ origin: String, name: String = "Gatehouse") -> RelyingParty {
        let authority = origin.split(separator: "/").last.map(String.init) ?? origin
        let host = authority.hasPrefix("[") ? authority : String(authority.prefix { $0 != ":" })
        return RelyingParty(id: host.lowercased(), name: name, origins: [origin])
    }
}
