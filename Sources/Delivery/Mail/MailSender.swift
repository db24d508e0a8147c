package import Core

/// From whom mails come: an address, and the name that a mailbox shows for it.
package struct MailSender: Sendable, Hashable {
    /// What a mailbox shows; may be empty.
    package let name: String
    /// Where answers and bounces go.
    package let address: EmailAddress

    /// A sender of that name.
    package init(name: String, address: EmailAddress) {
        self.name = name
        self.address = address
    }

    /// Reads `ana@example.com` or `Ana Smith <ana@example.com>`, the name in double quotes or not; `nil` for anything
    /// else.
    package init?(_ text: String) {
        let text = HeaderText.cleaned(text)
        guard text.hasSuffix(">"), let bracket = text.lastIndex(of: "<") else {
            guard let address = EmailAddress(text) else { return nil }
            self.init(name: "", address: address)
            return
        }
        guard let address = EmailAddress(String(text[text.index(after: bracket)...].dropLast())) else { return nil }
        var name = HeaderText.cleaned(String(text[..<bracket]))
        if name.utf8.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
            name = HeaderText.cleaned(String(name.dropFirst().dropLast()))
        }
        guard !name.contains(where: { "<>\"".contains($0) }) else { return nil }
        self.init(name: name, address: address)
    }
}
