import Accounts
package import Core
import Storage

extension ClientDetails: CanonicalJSON {
    /// Writes the object in which the details are stored.
    package func write(to writer: inout JSONWriter) {
        writer.object { writeMembers(to: &$0) }
    }

    /// Writes the members alone, among others.
    func writeMembers(to object: inout JSONWriter) {
        object.member("priceMax", priceMax)
        object.member("timeFrame", timeFrame)
        object.member("birthday", birthday?.text)
        object.key("anniversaries")
        object.array { list in anniversaries.forEach { $0.write(to: &list) } }
        object.key("relationships")
        object.array { list in relationships.forEach { $0.write(to: &list) } }
        for channel in Consent.Channel.allCases {
            object.key(text: channel.member)
            object.bool(refuses(channel))
        }
        object.key("consent")
        object.array { list in consent.forEach { $0.write(to: &list) } }
        object.key("customFields")
        object.object { fields in
            for custom in custom {
                fields.key(text: custom.key)
                custom.value.write(to: &fields)
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case priceMax, timeFrame, birthday, anniversaries, relationships, consent, customFields
    }

    /// Reads what was stored; what is absent is not known.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        priceMax = try container.decodeIfPresent(Int64.self, forKey: .priceMax)
        timeFrame = try container.decodeIfPresent(String.self, forKey: .timeFrame) ?? ""
        birthday = try container.decodeIfPresent(String.self, forKey: .birthday).flatMap { PartialDate($0) }
        anniversaries = try container.decodeIfPresent([Anniversary].self, forKey: .anniversaries) ?? []
        relationships = try container.decodeIfPresent([Relationship].self, forKey: .relationships) ?? []
        consent = try container.decodeIfPresent([Consent].self, forKey: .consent) ?? []
        let fields = try container.decodeIfPresent([String: CustomFieldValue].self, forKey: .customFields) ?? [:]
        custom = fields.map { CustomValue(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }
}

extension ClientDetails {
    package init(stored reader: inout JSONReader) throws {
        self.init()
        try reader.members { reader, name in
            switch name {
            case "priceMax": priceMax = try reader.null() ? nil : try reader.integer()
            case "timeFrame": timeFrame = try reader.optionalString() ?? ""
            case "birthday": birthday = try reader.optionalString().flatMap { PartialDate($0) }
            case "anniversaries": anniversaries = try reader.list(of: Anniversary.self)
            case "relationships": relationships = try reader.list(of: Relationship.self)
            case "consent": consent = try reader.list(of: Consent.self)
            case "customFields":
                var values: [String: CustomFieldValue] = [:]
                try reader.members { reader, key in values[key] = try CustomFieldValue(stored: &reader) }
                custom = values.map { CustomValue(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
            default: try reader.skip()
            }
        }
    }
}

extension Anniversary: CanonicalJSON {
    package init(stored reader: inout JSONReader) throws {
        var (label, day) = ("anniversary", "")
        try reader.members { reader, name in
            switch name {
            case "label": label = try reader.string()
            case "date": day = try reader.string()
            default: try reader.skip()
            }
        }
        guard let date = PartialDate(day) else { throw StorageError.unexpectedColumn("anniversary") }
        self.init(label: label, date: date)
    }

    /// The members of the JSON object.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case label, date
    }

    /// Reads the API's form; `label` may be absent. Throws for a day that no calendar has.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        label = try container.decodeIfPresent(String.self, forKey: .label) ?? "anniversary"
        guard let date = PartialDate(try container.decode(String.self, forKey: .date)) else {
            throw DecodingError.dataCorruptedError(forKey: .date, in: container, debugDescription: "no day")
        }
        self.date = date
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("label", label)
            object.member("date", date.text)
        }
    }
}

extension Relationship: CanonicalJSON {
    package init(stored reader: inout JSONReader) throws {
        self.init(kind: "", name: "")
        try reader.members { reader, member in
            switch member {
            case "kind": kind = try reader.string()
            case "name": name = try reader.optionalString() ?? ""
            case "clientId": clientID = try reader.null() ? nil : try ClientID(stored: &reader)
            default: try reader.skip()
            }
        }
    }

    /// The members of the JSON object.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, name, clientID = "clientId"
    }

    /// Reads the API's form; all but `kind` may be absent or null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(String.self, forKey: .kind)
        name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
        clientID = try container.decodeIfPresent(ClientID.self, forKey: .clientID)
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("kind", kind)
            object.member("name", name)
            object.member("clientId", clientID)
        }
    }
}

extension Consent: CanonicalJSON {
    package init(stored reader: inout JSONReader) throws {
        var (channel, at, by): (Channel?, Timestamp?, AccountID?) = (nil, nil, nil)
        var (isRefused, source) = (false, "")
        try reader.members { reader, name in
            switch name {
            case "channel": channel = Channel(rawValue: try reader.string())
            case "refused": isRefused = try reader.bool()
            case "at": at = Timestamp(iso8601: try reader.string())
            case "by": by = try reader.null() ? nil : try AccountID(stored: &reader)
            case "source": source = try reader.string()
            default: try reader.skip()
            }
        }
        guard let channel, let at else { throw StorageError.unexpectedColumn("consent") }
        self.init(channel: channel, isRefused: isRefused, at: at, by: by, source: source)
    }

    private enum CodingKeys: String, CodingKey {
        case channel, refused, at, by, source
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (name, moment) = (
            try container.decode(String.self, forKey: .channel), try container.decode(String.self, forKey: .at)
        )
        guard let channel = Channel(rawValue: name), let at = Timestamp(iso8601: moment) else {
            throw DecodingError.dataCorruptedError(forKey: .channel, in: container, debugDescription: "no decision")
        }
        self.channel = channel
        self.at = at
        isRefused = try container.decode(Bool.self, forKey: .refused)
        by = try container.decodeIfPresent(AccountID.self, forKey: .by)
        source = try container.decode(String.self, forKey: .source)
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("channel", channel.rawValue)
            object.member("refused", isRefused)
            object.member("at", at)
            object.member("by", by)
            object.member("source", source)
        }
    }
}

extension CustomFieldValue: CanonicalJSON {
    package init(stored reader: inout JSONReader) throws {
        switch reader.next() {
        case UInt8(ascii: "\""): self = .text(try reader.string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .flag(try reader.bool())
        default: self = .number(try reader.number())
        }
    }

    /// Reads a text, a number or a truth value.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    package func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .flag(let flag): writer.bool(flag)
        case .number(let number):
            if let whole = Int64(exactly: number) { writer.number(whole) } else { writer.number(number) }
        }
    }
}
