package import Core

/// A person as a file tells of them, and as one is written for a file: plain values, checked by nobody yet.
package struct ImportedPerson: Sendable, Hashable {
    /// The client's identity, in a file that this program wrote.
    package var clientID: String?
    package var firstName = ""
    package var lastName = ""
    package var emails: [ContactValue] = []
    /// As typed: a number that looks odd is still somebody's.
    package var phones: [ContactValue] = []
    package var addresses: [AddressValue] = []
    package var stage: String?
    package var source: String?
    package var tags: [String] = []
    /// Whose client it is: a name or an address, as the file has it.
    package var assignedTo: String?
    /// Who else works with them, in the same way.
    package var collaborators: [String] = []
    /// In whole units of currency.
    package var price: Int64?
    package var priceMax: Int64?
    package var timeFrame: String?
    package var background = ""
    package var birthday: PartialDate?
    package var anniversaries: [Anniversary] = []
    package var relationships: [Relationship] = []
    /// Milliseconds since 1970.
    package var createdAt: Int64?
    package var lastActivityAt: Int64?
    /// `nil` when the file does not say.
    package var doNotCall: Bool?
    package var doNotText: Bool?
    package var doNotMail: Bool?
    /// The proofs of these, at most one for each way that counts.
    package var decisions: [Decision] = []
    /// Custom fields by name, none of them empty, in the order of the file.
    package var custom: [CustomValue] = []

    package init() {}

    /// Whether there is neither a name nor a way to reach them: such a row is nobody.
    package var isNobody: Bool { firstName.isEmpty && lastName.isEmpty && emails.isEmpty && phones.isEmpty }
}

/// An e-mail address or a telephone number.
package struct ContactValue: Sendable, Hashable {
    package var value: String
    /// `home`, `work`, `mobile` … or what the file calls it; `other` when it does not say.
    package var type: String
    package var isPrimary: Bool

    package init(_ value: String, type: String = "other", isPrimary: Bool = false) {
        self.value = value
        self.type = type
        self.isPrimary = isPrimary
    }
}

/// A postal address.
package struct AddressValue: Sendable, Hashable {
    package var type: String
    package var street: String
    package var city: String
    package var state: String
    package var code: String
    package var country: String

    package init(
        type: String = "other", street: String = "", city: String = "", state: String = "", code: String = "",
        country: String = ""
    ) {
        self.type = type
        self.street = street
        self.city = city
        self.state = state
        self.code = code
        self.country = country
    }

    /// Whether no part of it says anything.
    package var isEmpty: Bool {
        street.isEmpty && city.isEmpty && state.isEmpty && code.isEmpty && country.isEmpty
    }
}

/// A day that returns: of a wedding, of a closing.
package struct Anniversary: Sendable, Hashable {
    package var label: String
    package var date: PartialDate

    package init(label: String = "anniversary", date: PartialDate) {
        self.label = label
        self.date = date
    }
}

/// Somebody who belongs to the person, by name.
package struct Relationship: Sendable, Hashable {
    /// `spouse`, `co-buyer`, `referred by` …
    package var kind: String
    package var name: String
    /// The identity of the client that they are, in a file that this program wrote.
    package var clientID: String?

    package init(kind: String, name: String, clientID: String? = nil) {
        self.kind = kind
        self.name = name
        self.clientID = clientID
    }
}

/// A custom field's text.
package struct CustomValue: Sendable, Hashable {
    package var name: String
    package var text: String
    /// How to read a date; `nil` when its column was not looked at for that.
    package var order: DateOrder?

    package init(name: String, text: String, order: DateOrder? = nil) {
        self.name = name
        self.text = text
        self.order = order
    }
}
