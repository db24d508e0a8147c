import Core

extension OwnColumns {
    /// The cells of a person in our own CSV, to be written by a writer that puts an apostrophe before formulas (`CSVWriter`).
    package func cells(of person: ImportedPerson) -> [String] {
        var cells: [String] = []
        cells.reserveCapacity(64 + customFields.count)
        cells += [person.clientID ?? "", person.firstName, person.lastName]
        add(person.emails, Self.emails, to: &cells)
        add(person.phones, Self.phones, to: &cells)
        for index in 0..<Self.addresses {
            if index < person.addresses.count {
                cells += parts(of: person.addresses[index])
            } else {
                for _ in 0..<6 { cells.append("") }
            }
        }
        cells.append(PackedList.pack(person.addresses.dropFirst(Self.addresses).map(parts)))
        cells += [
            person.stage ?? "", person.source ?? "", PackedList.pack(person.tags), person.assignedTo ?? "",
            person.price.map(String.init) ?? "", person.priceMax.map(String.init) ?? "", person.timeFrame ?? "",
            person.background, person.birthday?.text ?? "",
        ]
        add(person.anniversaries.map { [$0.date.text, $0.label] }, Self.anniversaries, to: &cells)
        add(person.relationships.map { [$0.name, $0.kind] }, Self.relationships, to: &cells)
        cells.append(person.createdAt.map(DateReading.text) ?? "")
        cells += [person.doNotCall, person.doNotText, person.doNotMail].map { $0.map { $0 ? "yes" : "no" } ?? "" }
        if !customFields.isEmpty {
            let custom = Dictionary(person.custom.map { ($0.name, $0.text) }) { first, _ in first }
            cells += customFields.map { custom[$0] ?? "" }
        }
        for index in cells.indices where FormulaGuard.looksGuarded(cells[index]) { cells[index] = "'" + cells[index] }
        return cells
    }

    private func parts(of address: AddressValue) -> [String] {
        [address.type, address.street, address.city, address.state, address.code, address.country]
    }

    private func add(_ points: [ContactValue], _ count: Int, to cells: inout [String]) {
        for index in 0..<count {
            cells.append(index < points.count ? points[index].value : "")
            cells.append(index < points.count ? points[index].type : "")
        }
        cells.append(points.firstIndex { $0.isPrimary }.map { String($0 + 1) } ?? "")
        if points.count <= count { return cells.append("") }
        cells.append(PackedList.pack(points.dropFirst(count).map { [$0.value, $0.type] }))
    }

    /// Pairs of a value and its kind; in the packed rest the kind comes first, as it reads.
    private func add(_ pairs: [[String]], _ count: Int, to cells: inout [String]) {
        for index in 0..<count {
            cells.append(index < pairs.count ? pairs[index][0] : "")
            cells.append(index < pairs.count ? pairs[index][1] : "")
        }
        if pairs.count <= count { return cells.append("") }
        cells.append(PackedList.pack(pairs.dropFirst(count).map { $0.reversed() }))
    }
}
