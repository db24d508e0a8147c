import ContactFiles
import Core

/// What a client becomes when a row brings more of the same person: what is missing is filled in and lists are joined; nothing is taken away,
/// and a "do not call" is never lifted.
struct ImportMerge: Sendable {
    let edit: ClientEdit
    let fileName: String
    /// Whether the client may get an owner who has none.
    let mayAssign: Bool

    /// `client` with what `row` has besides, and what is wrong with that.
    func merged(_ client: ClientContent, with row: ClientContent) -> (content: ClientContent, problems: [FieldProblem])
    {
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
        if !row.background.isEmpty, !client.background.contains(row.background) {
            patch.background = .set(
                client.background.isEmpty ? row.background : client.background + "\n\n" + row.background)
        }
        prices(client, row, &patch)
        if client.details.birthday == nil, let birthday = row.details.birthday { patch.birthday = .set(birthday.text) }
        if mayAssign, client.assignedTo == nil, let owner = row.assignedTo, !client.collaborators.contains(owner) {
            patch.assignedTo = .set(owner)
        }
        lists(client, row, &patch)
        consent(client, row, &patch)
        let known = Set(client.details.custom.map(\.key))
        let new = row.details.custom.filter { !known.contains($0.key) }
        if !new.isEmpty {
            patch.customFields = .set(
                Dictionary(new.map { ($0.key, CustomFieldValue?.some($0.value)) }) { first, _ in first })
        }
        var start = client
        // Numbers that nobody could dial are taken over as they are.
        start.phones += row.phones.filter { $0.e164 == nil && PhoneNumber($0.value) == nil }
        var (content, problems) = start.applying(patch, in: edit)
        if patch.phones == .keep { content.phones = client.phones }
        return (content, problems)
    }

    private func prices(_ client: ClientContent, _ row: ClientContent, _ patch: inout ClientPatch) {
        // One range and not the ends of two.
        guard client.price == nil, client.details.priceMax == nil else { return }
        if let price = row.price { patch.price = .set(price) }
        if let most = row.details.priceMax { patch.priceMax = .set(most) }
    }

    private func lists(_ client: ClientContent, _ row: ClientContent, _ patch: inout ClientPatch) {
        patch.emails = Change(given: joined(client.emails, row.emails) { EmailAddress($0.value)?.text ?? $0.value })
        let home = edit.home
        patch.phones = Change(
            given: joined(client.phones, row.phones) {
                PhoneNumber($0.value)?.matchKey(in: home) ?? SearchText.fold($0.value)
            })
        patch.addresses = Change(
            given: united(client.addresses, row.addresses) { address in
                [address.street, address.city, address.state, address.code, address.country].map(SearchText.fold)
            })
        patch.tags = Change(given: united(client.tags, row.tags) { SearchText.fold($0) })
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

    private func consent(_ client: ClientContent, _ row: ClientContent, _ patch: inout ClientPatch) {
        let changes: [(Consent.Channel, WritableKeyPath<ClientPatch, Change<Bool>>)] = [
            (.call, \.doNotCall), (.text, \.doNotText), (.mail, \.doNotMail),
        ]
        for (channel, change) in changes where row.details.refuses(channel) && !client.details.refuses(channel) {
            patch[keyPath: change] = .set(true)
            patch.consentSource = .set(fileName)
        }
    }
}
