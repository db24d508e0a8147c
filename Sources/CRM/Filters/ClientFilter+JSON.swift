package import Core

extension ClientFilter: CanonicalJSON {
    /// Writes the form in which a filter is sent and stored.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            switch self {
            case .every(let filters): Self.write(filters, under: "and", to: &object)
            case .some(let filters): Self.write(filters, under: "or", to: &object)
            case .not(let filter):
                object.key("not")
                filter.write(to: &object)
            case .condition(let condition):
                object.member("field", condition.field.name)
                condition.test.writeMembers(to: &object)
            }
        }
    }

    private static func write(_ filters: [ClientFilter], under name: StaticString, to object: inout JSONWriter) {
        object.key(name)
        object.array { list in filters.forEach { $0.write(to: &list) } }
    }

    /// Reads what was stored. A custom field that it names may be gone meanwhile, see ``narrowed(to:)``.
    package init(from decoder: any Decoder) throws {
        var reading = FilterReading(fields: nil)
        let filter = reading.filter(try FilterNode(from: decoder), at: "filter")
        guard let filter, reading.check.problems.isEmpty else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no filter"))
        }
        self = filter
    }

    /// Its one text.
    package var json: String { StoredObject(self).json }
}

extension FilterTest {
    fileprivate func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .isOne(let texts): Self.write(texts, to: &object) { $0.string($1) }
        case .isPerson(let people):
            Self.write(people, to: &object) { list, person in
                switch person {
                case .me: list.string("me")
                case .account(let account): list.identifier(account)
                }
            }
        case .contains(let text): Self.write("contains", to: &object) { $0.string(text) }
        case .number(let order, let number):
            Self.write(order.rawValue, to: &object) { CustomFieldValue.number(number).write(to: &$0) }
        case .moment(let isBefore, let moment):
            Self.write(isBefore ? "before" : "after", to: &object) { $0.moment(moment) }
        case .day(let isBefore, let day): Self.write(isBefore ? "before" : "after", to: &object) { $0.string(day.text) }
        case .recent(let days, let isWithin):
            Self.write(isWithin ? "withinDays" : "notWithinDays", to: &object) { $0.number(Int64(days)) }
        case .flag(let flag): Self.write("is", to: &object) { $0.bool(flag) }
        case .isEmpty(let isEmpty): Self.write("isEmpty", to: &object) { $0.bool(isEmpty) }
        }
    }

    private static func write(
        _ op: String, to object: inout JSONWriter, _ value: (inout JSONWriter) -> Void
    ) {
        object.member("op", op)
        object.key("value")
        value(&object)
    }

    private static func write<Value>(
        _ values: [Value], to object: inout JSONWriter, _ writeOne: (inout JSONWriter, Value) -> Void
    ) {
        write(values.count == 1 ? "is" : "in", to: &object) { writer in
            if values.count == 1 { return writeOne(&writer, values[0]) }
            writer.array { list in values.forEach { writeOne(&list, $0) } }
        }
    }
}
