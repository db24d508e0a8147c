import ContactFiles
import Core

/// What a client becomes when a row brings more of the same person: what is missing is filled in and lists are joined; nothing is taken away,
/// and a "do not call" is never lifted.
struct ImportMerge: Sendable {
    let edit: ClientEdit
    /// Whether the client may get an owner who has none.
    let mayAssign: Bool

    /// What a client becomes.
    struct Merged {
        var content: ClientContent
        /// What is wrong with that.
        let problems: [FieldProblem]
        /// What went into the background.
        let bounds: ImportBounds
    }

    /// `client` with what `row` has besides. What is more than a list holds goes into the background.
    func merged(_ client: ClientContent, with row: ClientContent) -> Merged {
        var patch = ClientPatch()
        func fill(_ change: WritableKeyPath<ClientPatch, Change<String>>, _ known: String, _ new: String) {
            if known.isEmpty, !new.isEmpty { patch[keyPath: change] = .set(new) }
        }
        // A name is filled in as a whole: half of one and half of another is nobody.
        if client.firstName.isEmpty, client.lastName.isEmpty {
            fill(\.firstName, client.firstName, row.firstName)
            fill(\.lastName, client.lastName, row.lastName)
        } else if SearchText.fold(client.firstName) == SearchText.fold(row.firstName) {
            fill(\.lastName, client.lastName, row.lastName)
        } else if SearchText.fold(client.lastName) == SearchText.fold(row.lastName) {
            fill(\.firstName, client.firstName, row.firstName)
        }
        fill(\.timeFrame, client.details.timeFrame, row.details.timeFrame)
        if client.source == nil, let source = row.source { patch.source = .set(source) }
        var background = client.background
        if !row.background.isEmpty, !background.contains(row.background) {
            background += (background.isEmpty ? "" : "\n\n") + row.background
        }
        prices(client, row, &patch)
        if client.details.birthday == nil, let birthday = row.details.birthday { patch.birthday = .set(birthday.text) }
        if mayAssign, client.assignedTo == nil, let owner = row.assignedTo, !client.collaborators.contains(owner) {
            patch.assignedTo = .set(owner)
        }
        var bounds = ImportBounds(background: background)
        lists(client, row, &patch, &bounds)
        if bounds.background != client.background { patch.background = .set(bounds.background) }
        let known = Set(client.details.custom.map(\.key))
        let new = row.details.custom.filter { !known.contains($0.key) }
        if !new.isEmpty {
            patch.customFields = .set(
                Dictionary(new.map { ($0.key, CustomFieldValue?.some($0.value)) }) { first, _ in first })
        }
        var start = client
        // Numbers that nobody could dial are taken over as they are.
        start.phones += row.phones.filter { $0.e164 == nil && PhoneNumber($0.value) == nil }
        start.details.consent = consent(client, row)
        var (content, problems) = start.applying(patch, in: edit)
        if patch.phones == .keep { content.phones = client.phones }
        return Merged(content: content, problems: problems, bounds: bounds)
    }

    private func prices(_ client: ClientContent, _ row: ClientContent, _ patch: inout ClientPatch) {
        // One range and not the ends of two.
        guard client.price == nil, client.details.priceMax == nil else { return }
        if let price = row.price { patch.price = .set(price) }
        if let most = row.details.priceMax { patch.priceMax = .set(most) }
    }

    private func lists(
        _ client: ClientContent, _ row: ClientContent, _ patch: inout ClientPatch, _ bounds: inout ImportBounds
    ) {
        /// Those that fit; `nil` when none of the new ones does.
        func fitting<Entry: Equatable>(
            _ joined: [Entry]?, _ list: ImportBounds.List, _ known: [Entry], _ text: (Entry) -> String
        ) -> Change<[Entry]> {
            let kept = joined.map { bounds.fitting($0, list, known: known.count, text: text) }
            return Change(given: kept == known ? nil : kept)
        }
        let emails = joined(client.emails, row.emails) { EmailAddress($0.value)?.text ?? $0.value }
        patch.emails = fitting(emails, .emails, client.emails, \.line)
        let home = edit.home
        let phones = joined(client.phones, row.phones) {
            PhoneNumber($0.value)?.matchKey(in: home) ?? SearchText.fold($0.value)
        }
        patch.phones = fitting(phones, .phones, client.phones, \.line)
        let addresses = united(client.addresses, row.addresses) { address in
            [address.street, address.city, address.state, address.code, address.country].map(SearchText.fold)
        }
        patch.addresses = fitting(addresses, .addresses, client.addresses, \.line)
        let tags = united(client.tags, row.tags) { SearchText.fold($0) }
        patch.tags = fitting(tags, .tags, client.tags) { $0 }
        if mayAssign {
            patch.collaborators = Change(given: united(client.collaborators, row.collaborators) { $0 })
        }
        patch.anniversaries = Change(given: united(client.details.anniversaries, row.details.anniversaries) { $0 })
        patch.relationships = Change(
            given: united(client.details.relationships, row.details.relationships) {
                [SearchText.fold($0.kind), SearchText.fold($0.name)]
            })
    }

    private func joined(
        _ known: [ContactPoint], _ new: [ContactPoint], key: (ContactPoint) -> String
    ) -> [ContactPoint]? {
        united(known, new, key: key)?.enumerated().map { index, point in
            var point = point
            // The one to use stays the one to use.
            if index >= known.count, !known.isEmpty { point.isPrimary = false }
            return point
        }
    }

    /// Both lists without repetitions; `nil` when there is nothing new.
    private func united<Element, Key: Hashable>(
        _ known: [Element], _ new: [Element], key: (Element) -> Key
    ) -> [Element]? {
        var seen = Set(known.map(key))
        let more = new.filter { seen.insert(key($0)).inserted }
        return more.isEmpty ? nil : known + more
    }

    /// The decisions with their proofs: of those that only the row has, and a refusal before a permission.
    private func consent(_ client: ClientContent, _ row: ClientContent) -> [Consent] {
        Consent.Channel.allCases.compactMap { channel in
            let known = client.details.consent.first { $0.channel == channel }
            let new = row.details.consent.first { $0.channel == channel }
            guard let known else { return new }
            return known.isRefused ? known : new.map { $0.isRefused ? $0 : known } ?? known
        }
    }
}
