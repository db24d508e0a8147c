import Accounts
package import Core

/// What is known of a client beside what lists are sought and ordered by: one JSON object in one column, whose members stand among those of
/// the client in the API.
package struct ClientDetails: Sendable, Hashable {
    /// The upper end of the price range; `nil` when there is one price alone.
    package var priceMax: Int64?
    /// When they mean to buy or sell, in their own words or those of the brokerage; empty when nobody said.
    package var timeFrame = ""
    package var birthday: PartialDate?
    package var anniversaries: [Anniversary] = []
    package var relationships: [Relationship] = []
    /// At most one decision for each way of reaching somebody, in the order of the ways.
    package var consent: [Consent] = []
    /// Values of custom fields, in the order of their keys.
    package var custom: [CustomValue] = []

    /// Nothing is known.
    package init() {}

    /// Whether they asked not to be reached in that way.
    package func refuses(_ channel: Consent.Channel) -> Bool {
        consent.contains { $0.channel == channel && $0.isRefused }
    }
}

/// A day that returns each year, such as that of a wedding or a closing.
package struct Anniversary: Sendable, Hashable {
    package var label: String
    package var date: PartialDate

    package init(label: String, date: PartialDate) {
        self.label = label
        self.date = date
    }
}

/// Somebody who belongs to a client.
package struct Relationship: Sendable, Hashable {
    /// `spouse`, `co-buyer`, `referred by` … as the caller calls it.
    package var kind: String
    /// The other's name, as it was when they were joined.
    package var name: String
    /// The other, where they are a client too.
    package var clientID: ClientID?

    package init(kind: String, name: String, clientID: ClientID? = nil) {
        self.kind = kind
        self.name = name
        self.clientID = clientID
    }
}

/// What a client last decided about one way of reaching them, and who wrote it down, when, and from what they know it: the proof that the
/// TCPA and CAN-SPAM ask for.
package struct Consent: Sendable, Hashable {
    /// A way of reaching somebody.
    package enum Channel: String, Sendable, CaseIterable {
        case call, text, mail

        /// The member of the API that says they asked not to be reached so.
        package var member: String {
            switch self {
            case .call: return "doNotCall"
            case .text: return "doNotText"
            case .mail: return "doNotMail"
            }
        }
    }

    package var channel: Channel
    package var isRefused: Bool
    package var at: Timestamp
    /// Who wrote it down; `nil` for a program without a person.
    package var by: AccountID?
    /// From what they know it: `by phone`, `reply STOP`, a file's name.
    package var source: String
}

/// The value of a custom field.
package struct CustomValue: Sendable, Hashable {
    /// The field's key, which never changes.
    package var key: String
    package var value: CustomFieldValue

    package init(key: String, value: CustomFieldValue) {
        self.key = key
        self.value = value
    }
}

/// What a custom field can hold; a date is its text, `2026-01-31`, and a choice its name.
package enum CustomFieldValue: Sendable, Hashable {
    case text(String)
    case number(Double)
    case flag(Bool)
}
