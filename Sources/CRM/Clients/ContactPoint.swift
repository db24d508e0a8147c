package import Core

/// An e-mail address or a telephone number of a client.
package struct ContactPoint: Sendable, Hashable {
    /// The address or number itself.
    package var value: String
    /// `home`, `work`, `mobile` … as the caller calls it; `other` when they did not say.
    package var type: String
    /// Whether it is the one to use. When several are marked the first of them is; when none is, the first of all.
    package var isPrimary: Bool

    /// A way to reach somebody, as a caller gives it; not checked yet.
    package init(value: String, type: String = "other", isPrimary: Bool = false) {
        self.value = value
        self.type = type
        self.isPrimary = isPrimary
    }
}

extension ContactPoint: Decodable {
    /// The members of the JSON object.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case value, type, isPrimary
    }

    /// Reads the API's form; `type` and `isPrimary` may be absent or null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        value = try container.decode(String.self, forKey: .value)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? "other"
        isPrimary = try container.decodeIfPresent(Bool.self, forKey: .isPrimary) ?? false
    }
}

extension ContactPoint: CanonicalJSON {
    /// Writes the members in the order of the API.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("value", value)
            object.member("type", type)
            object.member("isPrimary", isPrimary)
        }
    }
}
