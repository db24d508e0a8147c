package import Core

/// A postal address of a client. Every part may be empty, but not all of them.
package struct PostalAddress: Sendable, Hashable {
    /// `home`, `work`, … as the caller calls it; `other` when they did not say.
    package var type: String
    package var street: String
    package var city: String
    /// State, province or region.
    package var state: String
    /// The postal code, as written in its country.
    package var code: String
    package var country: String

    /// An address as a caller gives it; not checked yet.
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
}

extension PostalAddress: Decodable {
    /// The members of the JSON object.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case type, street, city, state, code, country
    }

    /// Reads the API's form; every member may be absent or null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func part(_ key: CodingKeys) throws -> String { try container.decodeIfPresent(String.self, forKey: key) ?? "" }
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? "other"
        street = try part(.street)
        city = try part(.city)
        state = try part(.state)
        code = try part(.code)
        country = try part(.country)
    }
}

extension PostalAddress: CanonicalJSON {
    package init(stored reader: inout JSONReader) throws {
        self.init()
        try reader.members { reader, name in
            switch name {
            case "type": type = try reader.string()
            case "street": street = try reader.string()
            case "city": city = try reader.string()
            case "state": state = try reader.string()
            case "code": code = try reader.string()
            case "country": country = try reader.string()
            default: try reader.skip()
            }
        }
    }

    /// Writes the members in the order of the API.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("type", type)
            object.member("street", street)
            object.member("city", city)
            object.member("state", state)
            object.member("code", code)
            object.member("country", country)
        }
    }
}
