import CFido2

/// The start of libfido2.
enum Fido {
    /// Reading it starts libfido2, once in the life of the process. No USB device is ever opened.
    package static let isReady: Bool = {
        fido_init(0)
        return true
    }()

    /// Which of the extensions that libfido2 knows are in authenticator data. It refuses to verify data with extensions that
    /// it was not told of; we asked for none, and tolerate what a browser adds (WebAuthn Level 3 §7.1, §7.2).
    package static func mask(_ known: [String: Int32], in present: (String) -> Bool) -> Int32 {
        known.reduce(0) { mask, entry in present(entry.key) ? mask | entry.value : mask }
    }
}
