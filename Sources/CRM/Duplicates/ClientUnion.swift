import Accounts
import Core

/// Two clients that are one person, as one: what the winner is after a merge, and what of the loser has no place in it.
///
/// Entries go into the winner's lists and values into its empty fields. Whatever of the loser is not in the result word by word is in ``left``,
/// so that nothing is lost: another price, a number that was typed in another way, what a list has no room for.
struct ClientUnion {
    /// The same bounds as a caller of the API has, so that a list can be sent back as it was read.
    private enum Most {
        static let points = 20
        static let addresses = 10
        static let tags = 50
        static let anniversaries = 10
        static let relationships = 20
        static let collaborators = 20
        static let background = 20_000
    }

    private(set) var content: ClientContent
    /// Values of the loser that are not in ``content``, each under `merged.` and its field, as the old one; the new one is what stands there.
    private(set) var left: [FieldChange] = []
    /// Why they cannot be one.
    private(set) var problems: [FieldProblem] = []

    /// `identities` are those of both, with those of whoever was merged into them before: relationships among them vanish.
    init(_ winner: ClientContent, _ loser: ClientContent, identities: Set<ClientID>, home: HomeRegion) {
        content = winner
        joinNames(loser)
        joinPoints(loser, home)
        joinLists(loser)
        joinPlain(loser)
        joinPrices(loser)
        joinPeople(loser)
        joinRelationships(loser, identities)
        joinConsent(loser)
        joinCustom(loser)
    }

    // MARK: - Values

    /// A name is taken as a whole: half of one and half of another would be a third.
    private mutating func joinNames(_ loser: ClientContent) {
        let fits = { (mine: String, other: String) in mine.isEmpty || other.isEmpty || mine == other }
        if fits(content.firstName, loser.firstName), fits(content.lastName, loser.lastName) {
            if content.firstName.isEmpty { content.firstName = loser.firstName }
            if content.lastName.isEmpty { content.lastName = loser.lastName }
        }
        leave("firstName", text(loser.firstName), text(content.firstName))
        leave("lastName", text(loser.lastName), text(content.lastName))
    }

    private mutating func joinPlain(_ loser: ClientContent) {
        if content.source == nil { content.source = loser.source }
        if content.details.timeFrame.isEmpty { content.details.timeFrame = loser.details.timeFrame }
        let (birthday, other) = (content.details.birthday, loser.details.birthday)
        // Of the same day that with a year says more.
        if birthday == nil || other?.withoutYear == birthday { content.details.birthday = other ?? birthday }
        if !loser.background.isEmpty, !content.background.contains(loser.background) {
            let joined = [content.background, loser.background].filter { !$0.isEmpty }.joined(separator: "\n\n")
            if joined.unicodeScalars.count <= Most.background { content.background = joined }
        }
        leave("stage", text(loser.stage), text(content.stage))
        leave("source", text(loser.source), text(content.source))
        leave("timeFrame", text(loser.details.timeFrame), text(content.details.timeFrame))
        if content.details.birthday?.withoutYear != other {
            leave("birthday", text(other?.text), text(content.details.birthday?.text))
        }
        if !content.background.contains(loser.background) {
            leave("background", text(loser.background), text(content.background))
        }
    }

    /// A price range is taken as a whole, like a name.
    private mutating func joinPrices(_ loser: ClientContent) {
        let fits = { (mine: Int64?, other: Int64?) in mine == nil || other == nil || mine == other }
        let price = content.price ?? loser.price
        let most = content.details.priceMax ?? loser.details.priceMax
        if fits(content.price, loser.price), fits(content.details.priceMax, loser.details.priceMax),
            price ?? 0 <= most ?? .max
        {
            content.price = price
            content.details.priceMax = most
        }
        leave("price", loser.price.map(String.init), content.price.map(String.init))
        leave("priceMax", loser.details.priceMax.map(String.init), content.details.priceMax.map(String.init))
    }

    private mutating func joinCustom(_ loser: ClientContent) {
        var values = Dictionary(
            content.details.custom.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        for custom in loser.details.custom {
            let value = values[custom.key] ?? custom.value
            values[custom.key] = value
            leave("customFields.\(custom.key)", StoredObject(custom.value).json, StoredObject(value).json)
        }
        content.details.custom = values.map { CustomValue(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    /// A refusal wins over none, whenever it was; of two alike the later one.
    private mutating func joinConsent(_ loser: ClientContent) {
        let (mine, other) = (content.details.consent, loser.details.consent)
        content.details.consent = Consent.Channel.allCases.compactMap { channel in
            let decisions = (mine + other).filter { $0.channel == channel }
            return decisions.filter(\.isRefused).max { $0.at < $1.at } ?? decisions.max { $0.at < $1.at }
        }
        leave("consent", other.filter { !content.details.consent.contains($0) })
    }

    // MARK: - Lists

    private mutating func joinPoints(_ loser: ClientContent, _ home: HomeRegion) {
        content.emails = joined("emails", content.emails, loser.emails) { EmailAddress($0.value)?.text ?? $0.value }
        content.phones = joined("phones", content.phones, loser.phones) {
            PhoneNumber($0.value)?.matchKey(in: home) ?? $0.value
        }
    }

    private mutating func joined(
        _ field: String, _ mine: [ContactPoint], _ other: [ContactPoint], key: (ContactPoint) -> String
    ) -> [ContactPoint] {
        // One of them is the one to use, and the winner's stays it.
        let demoted = other.map { point in
            var point = point
            if !mine.isEmpty { point.isPrimary = false }
            return point
        }
        let all = joined(mine, demoted, upTo: Most.points, key: key)
        leave(
            field,
            other.filter { point in
                !all.contains { $0.value == point.value && ($0.type == point.type || point.type == "other") }
            })
        return all
    }

    private mutating func joinLists(_ loser: ClientContent) {
        content.addresses = joined(content.addresses, loser.addresses, upTo: Most.addresses) { address in
            [address.street, address.city, address.state, address.code, address.country]
        }
        leave(
            "addresses",
            loser.addresses.filter { address in
                var untyped = address
                untyped.type = ""
                return !content.addresses.contains { kept in
                    var place = kept
                    place.type = ""
                    return place == untyped && (kept.type == address.type || address.type == "other")
                }
            })
        content.tags = joined(content.tags, loser.tags, upTo: Most.tags, key: SearchText.fold)
        leave("tags", loser.tags.filter { !content.tags.contains($0) })
        content.details.anniversaries = joined(
            content.details.anniversaries, loser.details.anniversaries, upTo: Most.anniversaries
        ) { $0 }
        leave("anniversaries", loser.details.anniversaries.filter { !content.details.anniversaries.contains($0) })
    }

    /// Nobody loses sight of the client: the loser's agent and collaborators share it from now on.
    private mutating func joinPeople(_ loser: ClientContent) {
        let assignee = content.assignedTo ?? loser.assignedTo
        let others = ([loser.assignedTo].compactMap { $0 } + loser.collaborators).filter { $0 != assignee }
        let all = joined(content.collaborators, others, upTo: .max) { $0 }
        if all.count > max(Most.collaborators, content.collaborators.count) {
            problems.append(
                FieldProblem(
                    "collaborators", .tooMany,
                    "Both together are shared with more than \(Most.collaborators) people. Share one with fewer first.")
            )
        }
        leave("assignedTo", text(loser.assignedTo?.description), text(assignee?.description))
        content.assignedTo = assignee
        content.collaborators = all
    }

    private mutating func joinRelationships(_ loser: ClientContent, _ identities: Set<ClientID>) {
        func toOthers(_ list: [Relationship]) -> [Relationship] {
            list.filter { relationship in relationship.clientID.map { !identities.contains($0) } ?? true }
        }
        let (mine, other) = (toOthers(content.details.relationships), toOthers(loser.details.relationships))
        content.details.relationships = joined(mine, other, upTo: Most.relationships) { relationship in
            [
                relationship.kind, relationship.clientID?.description ?? "",
                relationship.clientID == nil ? relationship.name : "",
            ]
        }
        leave(
            "relationships", loser.details.relationships.filter { !content.details.relationships.contains($0) })
    }

    private func joined<Entry, Key: Hashable>(
        _ mine: [Entry], _ other: [Entry], upTo limit: Int, key: (Entry) -> Key
    ) -> [Entry] {
        var seen = Set(mine.map(key))
        let new = other.filter { seen.insert(key($0)).inserted }
        return mine + new.prefix(max(0, limit - mine.count))
    }

    // MARK: - What is left

    /// JSON texts; what is empty is no value.
    private mutating func leave(_ field: String, _ old: String?, _ new: String?) {
        guard let old, old != new, old != #""""# else { return }
        left.append(FieldChange(field: "merged.\(field)", old: old, new: new))
    }

    private mutating func leave<Entry: CanonicalJSON>(_ field: String, _ entries: [Entry]) {
        guard !entries.isEmpty else { return }
        left.append(FieldChange(field: "merged.\(field)", old: StoredList(entries).json, new: nil))
    }

    private func text(_ value: String?) -> String? { value.map { StoredObject($0).json } }
}

extension PartialDate {
    fileprivate var withoutYear: PartialDate? { PartialDate(month: month, day: day) }
}
