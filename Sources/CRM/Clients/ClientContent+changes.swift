import Core

extension ClientContent {
    /// The fields in which this content differs from `before`, with both values, by their names in the API.
    func changes(from before: ClientContent) -> [FieldChange] {
        zip(before.members, members).compactMap { old, new in
            old.json == new.json ? nil : FieldChange(field: old.name, old: old.json, new: new.json)
        } + details.customChanges(from: before.details)
    }

    /// Every field but the custom ones, as JSON texts.
    private var members: [(name: String, json: String)] {
        func text(_ write: (inout JSONWriter) -> Void) -> String {
            var writer = JSONWriter(capacity: 64)
            write(&writer)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
        func optional<Value>(_ value: Value?, _ write: (inout JSONWriter, Value) -> Void) -> String {
            text { writer in if let value { write(&writer, value) } else { writer.null() } }
        }
        return [
            ("firstName", text { $0.string(firstName) }), ("lastName", text { $0.string(lastName) }),
            ("emails", StoredList(emails).json), ("phones", StoredList(phones).json),
            ("addresses", StoredList(addresses).json), ("stage", text { $0.string(stage) }),
            ("source", optional(source) { $0.string($1) }), ("tags", StoredList(tags).json),
            ("assignedTo", optional(assignedTo) { $0.identifier($1) }),
            ("collaborators", StoredList(collaborators).json), ("price", optional(price) { $0.number($1) }),
            ("background", text { $0.string(background) }),
            ("priceMax", optional(details.priceMax) { $0.number($1) }),
            ("timeFrame", text { $0.string(details.timeFrame) }),
            ("birthday", optional(details.birthday) { $0.string($1.text) }),
            ("anniversaries", StoredList(details.anniversaries).json),
            ("relationships", StoredList(details.relationships).json),
            ("consent", StoredList(details.consent).json),
        ]
    }
}

extension ClientDetails {
    fileprivate func customChanges(from before: ClientDetails) -> [FieldChange] {
        func texts(_ values: [CustomValue]) -> [String: String] {
            Dictionary(values.map { ($0.key, StoredObject($0.value).json) }, uniquingKeysWith: { first, _ in first })
        }
        let (old, new) = (texts(before.custom), texts(custom))
        return Set(old.keys).union(new.keys).sorted().compactMap { key in
            old[key] == new[key] ? nil : FieldChange(field: "customFields.\(key)", old: old[key], new: new[key])
        }
    }
}
