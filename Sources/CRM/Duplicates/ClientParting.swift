import Core
import Storage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Takes back what a merge did to the fields of a client, as its history tells, and leaves what somebody changed since.
///
/// A value is taken back where it still is what the merge made of it. Of a list the entries that the merge brought go, those that it dropped come
/// back, and whatever came or went since stays so.
struct ClientParting {
    private(set) var content: ClientContent
    /// The fields in which something was changed since the merge, and kept.
    private(set) var kept: [String] = []

    /// The content as it is now.
    init(_ content: ClientContent) { self.content = content }

    /// Takes back one field of the merge.
    mutating func takeBack(_ change: FieldChange) throws {
        switch change.field {
        case "firstName": try value(change, \.firstName, read: Self.text) { $0 ?? "" }
        case "lastName": try value(change, \.lastName, read: Self.text) { $0 ?? "" }
        case "source": try value(change, \.source, read: Self.text) { $0 }
        case "background": try value(change, \.background, read: Self.text) { $0 ?? "" }
        case "timeFrame": try value(change, \.details.timeFrame, read: Self.text) { $0 ?? "" }
        case "birthday": try value(change, \.details.birthday, read: Self.text) { $0.flatMap { PartialDate($0) } }
        case "assignedTo": try value(change, \.assignedTo, read: Self.text) { $0.flatMap { Identifier($0) } }
        case "price": try value(change, \.price, read: Self.decoded) { $0 }
        case "priceMax": try value(change, \.details.priceMax, read: Self.decoded) { $0 }
        case "emails": try points(change, \.emails)
        case "phones": try points(change, \.phones)
        case "addresses": try list(change, \.addresses)
        case "tags": try list(change, \.tags)
        case "collaborators": try list(change, \.collaborators)
        case "anniversaries": try list(change, \.details.anniversaries)
        case "relationships": try list(change, \.details.relationships)
        case "consent": try consent(change)
        default: try custom(change)
        }
    }

    private mutating func value<Stored, Value: Equatable>(
        _ change: FieldChange, _ path: WritableKeyPath<ClientContent, Value>, read: (String?) throws -> Stored?,
        _ value: (Stored?) -> Value
    ) throws {
        if content[keyPath: path] == value(try read(change.new)) {
            content[keyPath: path] = value(try read(change.old))
        } else {
            kept.append(change.field)
        }
    }

    private mutating func list<Entry: CanonicalJSON>(
        _ change: FieldChange, _ path: WritableKeyPath<ClientContent, [Entry]>
    ) throws {
        let (old, new): ([Entry], [Entry]) = (try Self.entries(change.old), try Self.entries(change.new))
        guard content[keyPath: path] != new else { return content[keyPath: path] = old }
        kept.append(change.field)
        content[keyPath: path] = Self.parted(content[keyPath: path], old, new)
    }

    private static func parted<Entry: Hashable>(_ current: [Entry], _ old: [Entry], _ new: [Entry]) -> [Entry] {
        let (brought, dropped) = (Set(new).subtracting(old), Set(old).subtracting(new))
        return current.filter { !brought.contains($0) } + old.filter { dropped.contains($0) && !current.contains($0) }
    }

    /// Which of them is the one to use is no difference.
    private mutating func points(
        _ change: FieldChange, _ path: WritableKeyPath<ClientContent, [ContactPoint]>
    ) throws {
        func unmarked(_ points: [ContactPoint]) -> [ContactPoint] {
            points.map { point in
                var point = point
                point.isPrimary = false
                return point
            }
        }
        let (old, new): ([ContactPoint], [ContactPoint]) = (try Self.entries(change.old), try Self.entries(change.new))
        let current = content[keyPath: path]
        guard current != new else { return content[keyPath: path] = old }
        kept.append(change.field)
        let primary = current.first(where: \.isPrimary)?.value
        var parted = Self.parted(unmarked(current), unmarked(old), unmarked(new))
        if let index = parted.firstIndex(where: { $0.value == primary }) ?? parted.indices.first {
            parted[index].isPrimary = true
        }
        content[keyPath: path] = parted
    }

    private mutating func consent(_ change: FieldChange) throws {
        let (old, new): ([Consent], [Consent]) = (try Self.entries(change.old), try Self.entries(change.new))
        var isKept = false
        content.details.consent = Consent.Channel.allCases.compactMap { channel in
            let current = content.details.consent.first { $0.channel == channel }
            if current == new.first(where: { $0.channel == channel }) { return old.first { $0.channel == channel } }
            isKept = true
            return current
        }
        if isKept { kept.append(change.field) }
    }

    private mutating func custom(_ change: FieldChange) throws {
        guard change.field.hasPrefix("customFields.") else { return }
        let key = String(change.field.dropFirst("customFields.".count))
        let index = content.details.custom.firstIndex { $0.key == key }
        let new: CustomFieldValue? = try Self.decoded(change.new)
        guard index.map({ content.details.custom[$0].value }) == new else { return kept.append(change.field) }
        if let index { content.details.custom.remove(at: index) }
        if let old: CustomFieldValue = try Self.decoded(change.old) {
            content.details.custom.append(CustomValue(key: key, value: old))
            content.details.custom.sort { $0.key < $1.key }
        }
    }

    private static func text(_ json: String?) throws -> String? { try decoded(json) }

    private static func decoded<Value: Decodable>(_ json: String?) throws -> Value? {
        guard let json, json != "null" else { return nil }
        return try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    private static func entries<Entry: CanonicalJSON>(_ json: String?) throws -> [Entry] {
        try StoredList<Entry>(stored: json ?? "[]").elements()
    }
}
