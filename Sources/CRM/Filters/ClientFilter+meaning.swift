import Core

extension ClientFilter {
    /// The custom fields that it names, each once, in their order.
    var customKeys: [String] {
        var keys: [String] = []
        for case .custom(let key) in conditions.map(\.field) where !keys.contains(key) { keys.append(key) }
        return keys
    }

    /// Its conditions, from left to right.
    var conditions: [FilterCondition] {
        switch self {
        case .every(let filters), .some(let filters): return filters.flatMap(\.conditions)
        case .not(let filter): return filter.conditions
        case .condition(let condition): return [condition]
        }
    }

    /// What each client has to answer: the parts that `and` joins, however they are nested.
    var conjuncts: [ClientFilter] {
        if case .every(let filters) = self { return filters.flatMap(\.conjuncts) }
        return [self]
    }

    /// The filter for whoever reads now: `me` and days counted back from now have become somebody and a moment.
    func resolved(for reader: AccountID, at now: Timestamp) -> ClientFilter {
        switch self {
        case .every(let filters): return .every(filters.map { $0.resolved(for: reader, at: now) })
        case .some(let filters): return .some(filters.map { $0.resolved(for: reader, at: now) })
        case .not(let filter): return .not(filter.resolved(for: reader, at: now))
        case .condition(let condition):
            switch condition.test {
            case .isPerson(let people):
                return .condition(
                    FilterCondition(condition.field, .isPerson(of: people.map { $0 == .me ? .account(reader) : $0 })))
            case .recent(let days, let isWithin):
                // Whoever is not within is everybody else: the first moment counts as not within.
                let start = now - .days(days)
                return .condition(
                    FilterCondition(
                        condition.field, .moment(isBefore: !isWithin, isWithin ? start : start + .milliseconds(1))))
            case .isOne, .contains, .number, .moment, .day, .flag, .isEmpty: return self
            }
        }
    }

    /// The filter without the conditions about custom fields that are gone, or of another kind than is asked about. It finds no client that it
    /// would not find with them: what is gone counts as not answered, and within `not` as answered.
    func narrowed(to fields: [CustomField]) -> (filter: ClientFilter, gone: [FilterCondition]) {
        var gone: [FilterCondition] = []
        return (narrowed(to: fields, isNegated: false, &gone), gone)
    }

    private func narrowed(
        to fields: [CustomField], isNegated: Bool, _ gone: inout [FilterCondition]
    ) -> ClientFilter {
        switch self {
        case .every(let filters): return .every(filters.map { $0.narrowed(to: fields, isNegated: isNegated, &gone) })
        case .some(let filters): return .some(filters.map { $0.narrowed(to: fields, isNegated: isNegated, &gone) })
        case .not(let filter): return .not(filter.narrowed(to: fields, isNegated: !isNegated, &gone))
        case .condition(let condition):
            guard case .custom(let key) = condition.field else { return self }
            if fields.contains(where: { $0.key == key && $0.kind.answers(condition.test) }) { return self }
            gone.append(condition)
            return isNegated ? .every([]) : .some([])
        }
    }
}
