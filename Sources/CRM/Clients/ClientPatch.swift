package import Core

/// What a patch does to one field.
package enum Change<Value: Sendable & Hashable>: Sendable, Hashable {
    /// The field was absent: it stays.
    case keep
    /// The field was `null`: it becomes empty.
    case clear
    /// The field had a value.
    case set(Value)

    /// Sets the field to a value that was given, and keeps it otherwise.
    init(given: Value?) { self = given.map { .set($0) } ?? .keep }

    /// The field's value after the change: `cleared` for null, and a given value as `check` leaves it.
    package func applied<Field>(to current: Field, cleared: Field, check: (Value) -> Field) -> Field {
        switch self {
        case .keep: return current
        case .clear: return cleared
        case .set(let value): return check(value)
        }
    }
}

/// A partial change of a client, as a caller sends it; nothing in it is checked yet.
///
/// A list is replaced as a whole: two people who each add a number see the collision in `If-Match`.
package struct ClientPatch: Sendable, Hashable {
    package var firstName: Change<String> = .keep
    package var lastName: Change<String> = .keep
    package var emails: Change<[ContactPoint]> = .keep
    package var phones: Change<[ContactPoint]> = .keep
    package var addresses: Change<[PostalAddress]> = .keep
    package var stage: Change<String> = .keep
    package var source: Change<String> = .keep
    package var tags: Change<[String]> = .keep
    package var assignedTo: Change<AccountID> = .keep
    package var collaborators: Change<[AccountID]> = .keep
    package var price: Change<Int64> = .keep
    package var background: Change<String> = .keep
    package var priceMax: Change<Int64> = .keep
    package var timeFrame: Change<String> = .keep
    /// `1985-04-12`, or `--04-12` where the year is not known.
    package var birthday: Change<String> = .keep
    package var anniversaries: Change<[Anniversary]> = .keep
    package var relationships: Change<[Relationship]> = .keep
    package var doNotCall: Change<Bool> = .keep
    package var doNotText: Change<Bool> = .keep
    package var doNotMail: Change<Bool> = .keep
    /// From what the decisions of this patch are known; kept with them.
    package var consentSource: Change<String> = .keep
    /// The custom fields to change, by key; those that are not named stay, and `null` empties one.
    package var customFields: Change<[String: CustomFieldValue?]> = .keep

    /// A patch that changes nothing.
    package init() {}
}

extension ClientPatch: Decodable {
    /// The members that the API knows; any other is refused by the caller of this type.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case firstName, lastName, emails, phones, addresses, stage, source, tags, assignedTo, collaborators, price
        case background, priceMax, timeFrame, birthday, anniversaries, relationships, doNotCall, doNotText, doNotMail
        case consentSource, customFields
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        firstName = try container.change(.firstName)
        lastName = try container.change(.lastName)
        emails = try container.change(.emails)
        phones = try container.change(.phones)
        addresses = try container.change(.addresses)
        stage = try container.change(.stage)
        source = try container.change(.source)
        tags = try container.change(.tags)
        assignedTo = try container.change(.assignedTo)
        collaborators = try container.change(.collaborators)
        price = try container.change(.price)
        background = try container.change(.background)
        priceMax = try container.change(.priceMax)
        timeFrame = try container.change(.timeFrame)
        birthday = try container.change(.birthday)
        anniversaries = try container.change(.anniversaries)
        relationships = try container.change(.relationships)
        doNotCall = try container.change(.doNotCall)
        doNotText = try container.change(.doNotText)
        doNotMail = try container.change(.doNotMail)
        consentSource = try container.change(.consentSource)
        customFields = try container.change(.customFields)
    }
}
