package import Core

extension OwnColumns {
    /// The cells of a person in our own CSV, to be written by a writer that puts an apostrophe before formulas (`CSVWriter`).
    package func cells(of person: ImportedPerson) -> [String] {
        var list = CellList()
        list.cells.reserveCapacity(80 + customFields.count)
        add(person, to: &list)
        return list.cells
    }

    /// Writes the line of a person: the same cells, without making a list of them.
    package func write(_ person: ImportedPerson, to writer: inout CSVWriter) {
        add(person, to: &writer)
        writer.endLine()
    }
}

/// Where the cells of a line go, one after the other.
private protocol CellSink {
    /// Takes a cell.
    mutating func add(_ text: String)
    /// Takes so many empty ones.
    mutating func skip(_ count: Int)
}

private struct CellList: CellSink {
    var cells: [String] = []

    mutating func add(_ text: String) { cells.append(text) }
    mutating func skip(_ count: Int) { for _ in 0..<count { cells.append("") } }
}

extension CSVWriter: CellSink {
    fileprivate mutating func add(_ text: String) { cell(text) }
    fileprivate mutating func skip(_ count: Int) { emptyCells(count) }
}

extension CellSink {
    /// Adds a cell; what looks like a formula with our apostrophe before it gets one more.
    fileprivate mutating func cell(of text: String?) {
        guard let text, !text.isEmpty else { return skip(1) }
        add(FormulaGuard.looksGuarded(text) ? "'" + text : text)
    }

    fileprivate mutating func cell(of choice: Bool?) {
        if let choice { add(choice ? "yes" : "no") } else { skip(1) }
    }
}

extension OwnColumns {
    private func add(_ person: ImportedPerson, to sink: inout some CellSink) {
        sink.cell(of: person.clientID)
        sink.cell(of: person.firstName)
        sink.cell(of: person.lastName)
        add(person.emails, Self.emails, to: &sink)
        add(person.phones, Self.phones, to: &sink)
        add(person.addresses, to: &sink)
        sink.cell(of: person.stage)
        sink.cell(of: person.source)
        sink.cell(of: PackedList.pack(person.tags))
        sink.cell(of: person.assignedTo)
        sink.cell(of: PackedList.pack(person.collaborators))
        sink.cell(of: person.price.map(String.init))
        sink.cell(of: person.priceMax.map(String.init))
        sink.cell(of: person.timeFrame)
        sink.cell(of: person.background)
        sink.cell(of: person.birthday?.text)
        add(person.anniversaries, to: &sink)
        add(person.relationships, to: &sink)
        sink.cell(of: person.createdAt.map(DateReading.text))
        sink.cell(of: person.lastActivityAt.map(DateReading.text))
        sink.cell(of: person.doNotCall)
        sink.cell(of: person.doNotText)
        sink.cell(of: person.doNotMail)
        sink.cell(of: person.decisions.isEmpty ? nil : PackedList.pack(person.decisions.map(\.parts)))
        for name in customFields { sink.cell(of: person.custom.first { $0.name == name }?.text) }
    }

    private func add(_ points: [ContactValue], _ count: Int, to sink: inout some CellSink) {
        for point in points.prefix(count) {
            sink.cell(of: point.value)
            sink.cell(of: point.type)
        }
        if points.count < count { sink.skip((count - points.count) * 2) }
        sink.cell(of: points.firstIndex { $0.isPrimary }.map { String($0 + 1) })
        if points.count <= count { return sink.skip(1) }
        sink.cell(of: PackedList.pack(points.dropFirst(count).map { [$0.value, $0.type] }))
    }

    private func add(_ addresses: [AddressValue], to sink: inout some CellSink) {
        for address in addresses.prefix(Self.addresses) {
            sink.cell(of: address.type)
            sink.cell(of: address.street)
            sink.cell(of: address.city)
            sink.cell(of: address.state)
            sink.cell(of: address.code)
            sink.cell(of: address.country)
        }
        if addresses.count < Self.addresses { sink.skip((Self.addresses - addresses.count) * 6) }
        if addresses.count <= Self.addresses { return sink.skip(1) }
        sink.cell(
            of: PackedList.pack(
                addresses.dropFirst(Self.addresses).map {
                    [$0.type, $0.street, $0.city, $0.state, $0.code, $0.country]
                }
            ))
    }

    // In the packed rest the kind comes first, as it reads.

    private func add(_ days: [Anniversary], to sink: inout some CellSink) {
        for day in days.prefix(Self.anniversaries) {
            sink.cell(of: day.date.text)
            sink.cell(of: day.label)
        }
        if days.count < Self.anniversaries { sink.skip((Self.anniversaries - days.count) * 2) }
        if days.count <= Self.anniversaries { return sink.skip(1) }
        sink.cell(of: PackedList.pack(days.dropFirst(Self.anniversaries).map { [$0.label, $0.date.text] }))
    }

    private func add(_ people: [Relationship], to sink: inout some CellSink) {
        for other in people.prefix(Self.relationships) {
            sink.cell(of: other.name)
            sink.cell(of: other.kind)
            sink.cell(of: other.clientID)
        }
        if people.count < Self.relationships { sink.skip((Self.relationships - people.count) * 3) }
        if people.count <= Self.relationships { return sink.skip(1) }
        sink.cell(
            of: PackedList.pack(
                people.dropFirst(Self.relationships).map { [$0.kind, $0.name, $0.clientID ?? ""] }))
    }
}
