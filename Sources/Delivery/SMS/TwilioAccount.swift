package import Core

/// An account at Twilio, or at a service that speaks like it.
package struct TwilioAccount: Sendable, Equatable {
    /// The account's name: `AC` and 32 hexadecimal digits. It becomes part of the address that is asked.
    package let identifier: String
    package let token: Secret<String>
    /// From whom messages come: a number, a name of up to eleven letters and digits, or a messaging service (`MG…`).
    package let sender: String

    /// `nil` with an identifier, token or sender that Twilio cannot have given.
    package init?(identifier: String, token: Secret<String>, sender: String) {
        let digits = identifier.dropFirst(2).utf8
        guard identifier.hasPrefix("AC"), digits.count == 32, digits.allSatisfy(Self.isHexadecimal) else { return nil }
        let printable = token.exposed.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard !token.exposed.isEmpty, printable, let sender = Self.sender(sender) else { return nil }
        self.identifier = identifier
        self.token = token
        self.sender = sender
    }

    /// Whether the sender is a messaging service, which picks the number itself.
    package var isMessagingService: Bool { sender.hasPrefix("MG") && sender.utf8.count == 34 }

    private static func sender(_ text: String) -> String? {
        if let number = PhoneNumber(text) { return number.text }
        let isService =
            text.hasPrefix("MG") && text.utf8.count == 34 && text.dropFirst(2).utf8.allSatisfy(isHexadecimal)
        if isService { return text }
        let isName =
            (1...11).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == 0x20 }
        return isName ? text : nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte | 32)
    }
}
