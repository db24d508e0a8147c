import Core
import Storage

/// One value by which a client is found exactly, in the form in which it is compared: a row of `client_match`.
struct ClientMatch: Hashable, Sendable {
    /// What the value is; the raw value is that of the column.
    enum Kind: String, Sendable {
        case email, phone, tag
    }

    let kind: Kind
    let value: String

    /// A tag as it is compared: whatever its capitals and accents.
    static func tag(_ tag: String) -> ClientMatch { ClientMatch(kind: .tag, value: SearchText.fold(tag)) }

    static func emails(of content: ClientContent) -> [ClientMatch] {
        content.emails.map { ClientMatch(kind: .email, value: $0.value) }
    }

    static func phones(of content: ClientContent) -> [ClientMatch] {
        content.phones.compactMap { PhoneNumber($0.value) }.map { ClientMatch(kind: .phone, value: $0.matchKey) }
    }

    static func tags(of content: ClientContent) -> [ClientMatch] { content.tags.map(tag) }
}
