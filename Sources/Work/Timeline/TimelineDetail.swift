import CRM
package import Core

/// What entries have to tell beside their text, each kind some of it.
package struct TimelineDetail: CanonicalJSON, Codable {
    /// How a call ended.
    package enum CallOutcome: String, Sendable, CaseIterable, Codable {
        case interested = "Interested"
        case notInterested = "Not Interested"
        case leftMessage = "Left Message"
        case noAnswer = "No Answer"
        case busy = "Busy"
        case badNumber = "Bad Number"
    }

    /// Of calls.
    package var outcome: CallOutcome?
    /// Of calls.
    package var durationSeconds: Int64?
    /// Of e-mails.
    package var subject: String?
    /// What a client asked for, in words such as `Property Inquiry`; of enquiries.
    package var enquiryType: String?
    /// Where an enquiry came from.
    package var source: String?
    /// What an enquiry is about.
    package var property: EnquiredProperty?
    /// The colleagues whom a note mentions.
    package var mentions: [AccountID] = []

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case outcome, durationSeconds, subject, enquiryType, source, property, mentions
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        outcome = try container.decodeIfPresent(String.self, forKey: .outcome).flatMap(CallOutcome.init)
        durationSeconds = try container.decodeIfPresent(Int64.self, forKey: .durationSeconds)
        subject = try container.decodeIfPresent(String.self, forKey: .subject)
        enquiryType = try container.decodeIfPresent(String.self, forKey: .enquiryType)
        source = try container.decodeIfPresent(String.self, forKey: .source)
        property = try container.decodeIfPresent(EnquiredProperty.self, forKey: .property)
        mentions = try container.decodeIfPresent([String].self, forKey: .mentions)?.compactMap { AccountID($0) } ?? []
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(outcome, forKey: .outcome)
        try container.encodeIfPresent(durationSeconds, forKey: .durationSeconds)
        try container.encodeIfPresent(subject, forKey: .subject)
        try container.encodeIfPresent(enquiryType, forKey: .enquiryType)
        try container.encodeIfPresent(source, forKey: .source)
        try container.encodeIfPresent(property, forKey: .property)
        try container.encode(mentions.map(\.description), forKey: .mentions)
    }

    /// Writes the object with the members that are there.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            if let outcome { object.member("outcome", outcome.rawValue) }
            if let durationSeconds { object.member("durationSeconds", durationSeconds) }
            if let subject { object.member("subject", subject) }
            if let enquiryType { object.member("enquiryType", enquiryType) }
            if let source { object.member("source", source) }
            if let property {
                object.key("property")
                property.write(to: &object)
            }
            if !mentions.isEmpty {
                object.key("mentions")
                object.array { list in mentions.forEach { list.identifier($0) } }
            }
        }
    }
}

/// The property that somebody asked about, as the source of the lead describes it.
package struct EnquiredProperty: CanonicalJSON, Codable {
    package var street: String?
    package var city: String?
    package var state: String?
    package var code: String?
    package var mlsNumber: String?
    /// In whole units of currency.
    package var price: Int64?
    package var forRent: Bool?
    package var url: String?
    package var type: String?
    package var bedrooms: Double?
    package var bathrooms: Double?
    /// With its unit, as the source wrote it.
    package var area: String?
    package var lot: String?

    package init() {}

    /// The members that are texts, by their names.
    static let texts: [(name: StaticString, path: any WritableKeyPath<EnquiredProperty, String?> & Sendable)] = [
        ("street", \.street), ("city", \.city), ("state", \.state), ("code", \.code), ("mlsNumber", \.mlsNumber),
        ("url", \.url), ("type", \.type), ("area", \.area), ("lot", \.lot),
    ]

    /// Writes the object with the members that are there.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            for (name, path) in Self.texts {
                if let text = self[keyPath: path] { object.member(name, text) }
            }
            if let price { object.member("price", price) }
            if let forRent { object.member("forRent", forRent) }
            for (name, number) in [("bedrooms", bedrooms), ("bathrooms", bathrooms)] {
                guard let number else { continue }
                object.key(text: name)
                object.number(number)
            }
        }
    }
}
