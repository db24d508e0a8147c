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
        content.emails.map { ClientMatch(kind: .email, value: EmailAddress($0.value)?.text ?? $0.value) }
    }

    static func phones(of content: ClientContent, in home: HomeRegion) -> [ClientMatch] {
        content.phones.map { phone in
            ClientMatch(
                kind: .phone, value: PhoneNumber(phone.value)?.matchKey(in: home) ?? SearchText.fold(phone.value))
        }
    }

    static func tags(of content: ClientContent) -> [ClientMatch] { content.tags.map(tag) }

    /// Everything by which a client with that content is found exactly; each once, as two spellings of a number can have one key.
    static func all(of content: ClientContent, in home: HomeRegion) -> [ClientMatch] {
        var seen: Set<ClientMatch> = []
        return (emails(of: content) + phones(of: content, in: home) + tags(of: content))
            .filter { seen.insert($0).inserted }
    }
}
