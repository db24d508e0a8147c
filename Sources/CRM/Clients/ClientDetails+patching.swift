import Core

extension ClientDetails {
    /// The details after `patch`; what is wrong with it goes into `check`.
    func applying(_ patch: ClientPatch, in edit: ClientEdit, _ check: inout FieldCheck) -> ClientDetails {
        var details = self
        details.priceMax = patch.priceMax.applied(to: priceMax, cleared: nil) { check.price($0, "priceMax") }
        details.timeFrame = patch.timeFrame.applied(to: timeFrame, cleared: "") { check.line($0, "timeFrame", 100) }
        details.birthday = patch.birthday.applied(to: birthday, cleared: nil) { text in
            if text.isEmpty { return nil }
            if let day = PartialDate(text) { return day }
            check.refuse("birthday", .invalidDate, "Give a day such as 1985-04-12, or --04-12 without a year.")
            return nil
        }
        details.anniversaries = patch.anniversaries.applied(to: anniversaries, cleared: []) { given in
            check.capped(given, "anniversaries", 10).enumerated().map { index, day in
                Anniversary(label: check.line(day.label, "anniversaries[\(index)].label", 60), date: day.date)
            }
        }
        details.relationships = patch.relationships.applied(to: relationships, cleared: []) { check.relationships($0) }
        details.consent = decisions(after: patch, in: edit, &check)
        details.custom = patch.customFields.applied(to: custom, cleared: []) { custom(after: $0, in: edit, &check) }
        return details
    }

    private func decisions(after patch: ClientPatch, in edit: ClientEdit, _ check: inout FieldCheck) -> [Consent] {
        let source = patch.consentSource.applied(to: "", cleared: "") { check.line($0, "consentSource", 200) }
        let changes: [Consent.Channel: Change<Bool>] = [
            .call: patch.doNotCall, .text: patch.doNotText, .mail: patch.doNotMail,
        ]
        return Consent.Channel.allCases.compactMap { channel in
            let known = consent.first { $0.channel == channel }
            guard let change = changes[channel], change != .keep else { return known }
            let isRefused = change.applied(to: false, cleared: false) { $0 }
            // To say again what is known is no new decision, and "may be called" of somebody who was never asked is none at all.
            if isRefused == (known?.isRefused ?? false) { return known }
            return Consent(channel: channel, isRefused: isRefused, at: edit.now, by: edit.author, source: source)
        }
    }

    private func custom(
        after given: [String: CustomFieldValue?], in edit: ClientEdit, _ check: inout FieldCheck
    ) -> [CustomValue] {
        var values = Dictionary(custom.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        for (key, value) in given.sorted(by: { $0.key < $1.key }).prefix(CustomField.most * 2) {
            guard let field = edit.fields.first(where: { $0.key == key }) else {
                check.refuse("customFields.\(key.prefix(64))", .unknownField, "There is no custom field of this key.")
                continue
            }
            values[key] = value.flatMap { field.checked($0, &check) }
        }
        return values.map { CustomValue(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }
}

extension FieldCheck {
    /// People who belong to a client, each with a name or as a client of ours. Whether those are clients is known only inside the transaction.
    fileprivate mutating func relationships(_ given: [Relationship]) -> [Relationship] {
        var kept: [Relationship] = []
        for (index, given) in capped(given, "relationships", 20).enumerated() {
            let path = "relationships[\(index)]"
            let relationship = Relationship(
                kind: line(given.kind, "\(path).kind", 60), name: line(given.name, "\(path).name", 200),
                clientID: given.clientID)
            if relationship.kind.isEmpty { refuse("\(path).kind", .required, "Say what they are to each other.") }
            if relationship.name.isEmpty, relationship.clientID == nil {
                refuse("\(path).name", .required, "Give a name, or the identity of a client.")
            }
            if !kept.contains(relationship) { kept.append(relationship) }
        }
        return kept
    }
}
