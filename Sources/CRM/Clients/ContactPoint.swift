package import Core

/// An e-mail address or a telephone number of a client.
package struct ContactPoint: Sendable, Hashable {
    /// The address or number itself.
    package var value: String
    /// `home`, `work`, `mobile` … as the caller calls it; `other` when they did not say.
    package var type: String
    /// Whether it is the one to use. When several are marked the first of them is; when none is, the first of all.
    package var isPrimary: Bool
    /// Of a number: `+` and its digits with the country code (E.164), where the country can be told.
    package private(set) var e164: String?
    /// Of a number: what is dialled behind it.
    package private(set) var extensionDigits: String?

    /// A way to reach somebody, as a caller gives it; not checked yet.
    package init(value: String, type: String = "other", isPrimary: Bool = false) {
        self.value = value
        self.type = type
        self.isPrimary = isPrimary
    }

    /// The number as it was typed, with what can be told of it in `home`.
    init(_ number: PhoneNumber, type: String, isPrimary: Bool, in home: HomeRegion) {
        self.init(value: number.text, type: type, isPrimary: isPrimary)
        e164 = number.e164(in: home)
        extensionDigits = number.extensionDigits
    }
}

extension ContactPoint: Decodable {
    /// The members of the JSON object.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case value, type, isPrimary, e164
        case extensionDigits = "extension"
    }

    /// Reads the API's form; `type` and `isPrimary` may be absent or null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        value = try container.decode(String.self, forKey: .value)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? "other"
        isPrimary = try container.decodeIfPresent(Bool.self, forKey: .isPrimary) ?? false
        e164 = try container.decodeIfPresent(String.self, forKey: .e164)
        extensionDigits = try container.decodeIfPresent(String.self, forKey: .extensionDigits)
    }
}

extension ContactPoint: CanonicalJSON {
    package init(stored reader: inout JSONReader) throws {
        self.init(value: "")
        try reader.members { reader, name in
            switch name {
            case "value": value = try reader.string()
            case "type": type = try reader.string()
            case "isPrimary": isPrimary = try reader.bool()
            case "e164": e164 = try reader.optionalString()
            case "extension": extensionDigits = try reader.optionalString()
            default: try reader.skip()
            }
        }
    }

    /// Writes the members in the order of the API.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("value", value)
            object.member("type", type)
            object.member("isPrimary", isPrimary)
            if let e164 { object.member("e164", e164) }
            if let extensionDigits { object.member("extension", extensionDigits) }
        }
    }
}
