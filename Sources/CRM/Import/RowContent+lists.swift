import ContactFiles
import Core

extension RowReading {
    /// Reads the lists of a person, of which nothing loses the row.
    func readLists(
        _ person: ImportedPerson, into draft: inout ClientDraft, _ start: inout ClientContent,
        _ result: inout RowContent
    ) {
        var bounds = ImportBounds(background: person.background)
        let emails = emails(person, &bounds, &result)
        draft.emails = bounds.fitting(Self.primaryFirst(emails), .emails, text: \.line)
        let phones = bounds.fitting(
            Self.primaryFirst(phones(person, &bounds, &result)), .phones, text: \.line)
        draft.phones = phones
        // Numbers that nobody could dial are among those that are known, and so taken over.
        start.phones = phones.filter { PhoneNumber($0.value) == nil }
        let addresses = person.addresses.filter { !$0.isEmpty }.map { address in
            PostalAddress(
                type: label(address.type, .addresses, &result), street: Self.line(address.street),
                city: Self.line(address.city), state: Self.line(address.state), code: Self.line(address.code),
                country: Self.line(address.country))
        }
        draft.addresses = bounds.fitting(addresses, .addresses, text: \.line)
        draft.tags = bounds.fitting(tags(person, &bounds, &result), .tags) { $0 }
        draft.anniversaries = person.anniversaries.map { Anniversary(label: Self.line($0.label), date: $0.date) }
        draft.relationships = person.relationships.map { relationship in
            let kind = Self.line(relationship.kind)
            return Relationship(
                kind: kind.isEmpty ? "other" : kind, name: Self.line(relationship.name),
                clientID: relationship.clientID.flatMap { ClientID($0) })
        }
        draft.background = bounds.background
        result.problems += remarks(bounds)
    }

    private func emails(
        _ person: ImportedPerson, _ bounds: inout ImportBounds, _ result: inout RowContent
    ) -> [ContactPoint] {
        person.emails.compactMap { email in
            if EmailAddress(email.value) != nil { return point(email, .emails, &result) }
            bounds.write(email.value, .emails)
            note(
                &result, "emails", FieldProblem.Code.invalidEmail.rawValue,
                "“\(Self.excerpt(email.value))” is not an e-mail address; it stands in the background now.")
            return nil
        }
    }

    private func phones(
        _ person: ImportedPerson, _ bounds: inout ImportBounds, _ result: inout RowContent
    ) -> [ContactPoint] {
        person.phones.compactMap { phone in
            if PhoneNumber(phone.value) != nil { return point(phone, .phones, &result) }
            let isSomething = phone.value.unicodeScalars.contains {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
            }
            guard isSomething else { return nil }
            if phone.value.unicodeScalars.count <= 60, phone.value == Self.line(phone.value) {
                return point(phone, .phones, &result)
            }
            bounds.write(phone.value, .phones)
            note(
                &result, "phones", FieldProblem.Code.invalidPhone.rawValue,
                "“\(Self.excerpt(phone.value))” is too long for a number; it stands in the background now.")
            return nil
        }
    }

    private func tags(
        _ person: ImportedPerson, _ bounds: inout ImportBounds, _ result: inout RowContent
    ) -> [String] {
        person.tags.map(Self.line).filter { tag in
            guard tag.unicodeScalars.count > FieldCheck.longestTag else { return true }
            bounds.write(tag, .tags)
            note(
                &result, "tags", FieldProblem.Code.tooLong.rawValue,
                "“\(Self.excerpt(tag))” is too long for a tag; it stands in the background now.")
            return false
        }
    }

    private func point(
        _ value: ContactValue, _ list: ImportBounds.List, _ result: inout RowContent
    ) -> ContactPoint {
        ContactPoint(value: value.value, type: label(value.type, list, &result), isPrimary: value.isPrimary)
    }

    /// A label as long as it may be.
    private func label(_ text: String, _ list: ImportBounds.List, _ result: inout RowContent) -> String {
        let line = Self.line(text)
        guard line.unicodeScalars.count > FieldCheck.longestLabel else { return line }
        note(
            &result, list.rawValue, FieldProblem.Code.tooLong.rawValue,
            "The label “\(Self.excerpt(line))” is shortened to \(FieldCheck.longestLabel) characters.")
        return String(String.UnicodeScalarView(line.unicodeScalars.prefix(FieldCheck.longestLabel)))
    }

    /// The one to use is not the one that is left out.
    private static func primaryFirst(_ points: [ContactPoint]) -> [ContactPoint] {
        guard points.count > FieldCheck.mostPoints, let index = points.firstIndex(where: \.isPrimary) else {
            return points
        }
        return [points[index]] + points[..<index] + points[(index + 1)...]
    }
}
