import Core

/// The value of a condition, on its way from JSON. Each function gives `nil`, and a problem under the value's path, for what it is not.
struct FilterOperand {
    let node: FilterNode
    let path: String

    func flag(or standard: Bool?, _ check: inout FieldCheck) -> Bool? {
        switch (node, standard) {
        case (.flag(let flag), _): return flag
        case (.nothing, .some(let standard)): return standard
        default: return refuse(.wrongKind, "This is true or false.", &check)
        }
    }

    func number(_ check: inout FieldCheck) -> Double? {
        guard case .number(let number) = node else { return refuse(.wrongKind, "This is a number.", &check) }
        guard number.isFinite, abs(number) <= 1e15 else {
            return refuse(.outOfRange, "Give a number between -10^15 and 10^15.", &check)
        }
        return number
    }

    func whole(in range: ClosedRange<Int64>, _ check: inout FieldCheck) -> Int64? {
        guard case .number(let number) = node else { return refuse(.wrongKind, "This is a whole number.", &check) }
        guard let whole = Int64(exactly: number), range.contains(whole) else {
            return refuse(
                .outOfRange, "Give a whole number from \(range.lowerBound) to \(range.upperBound).", &check)
        }
        return whole
    }

    /// A moment, or a day for its first moment in UTC.
    func moment(_ check: inout FieldCheck) -> Timestamp? {
        if case .text(let text) = node {
            if let moment = Timestamp(iso8601: text) { return moment }
            if PartialDate(text)?.year != nil, let moment = Timestamp(iso8601: "\(text)T00:00:00Z") { return moment }
        }
        return refuse(.invalidDate, "Give a time such as 2026-01-31T09:00:00Z, or a day such as 2026-01-31.", &check)
    }

    func day(_ check: inout FieldCheck) -> PartialDate? {
        if case .text(let text) = node, let day = PartialDate(text), day.year != nil { return day }
        return refuse(.invalidDate, "Give a day such as 2026-01-31.", &check)
    }

    /// At least one text, each once.
    func texts(isList: Bool, upTo limit: Int, _ check: inout FieldCheck) -> [String]? {
        each(isList: isList, &check) { node, path, check in
            guard case .text(let text) = node else {
                check.refuse(path, .wrongKind, "This is a text.")
                return nil
            }
            let line = check.line(text, path, limit)
            if line.isEmpty { check.refuse(path, .required, "Give a text. What has none is found by isEmpty.") }
            return line
        }
    }

    func people(isList: Bool, _ check: inout FieldCheck) -> [FilterPerson]? {
        each(isList: isList, &check) { node, path, check in
            if case .text(let text) = node {
                if text == "me" { return .me }
                if let account = AccountID(text) { return .account(account) }
            }
            check.refuse(path, .wrongKind, "Give the id of a user, or me.")
            return nil
        }
    }

    private func each<Value: Hashable>(
        isList: Bool, _ check: inout FieldCheck, _ read: (FilterNode, String, inout FieldCheck) -> Value?
    ) -> [Value]? {
        guard isList else { return read(node, path, &check).map { [$0] } }
        guard case .list(let nodes) = node else { return refuse(.wrongKind, "This is a list.", &check) }
        guard (1...ClientFilter.mostValues).contains(nodes.count) else {
            return refuse(.tooMany, "Give 1 to \(ClientFilter.mostValues) values.", &check)
        }
        var values: [Value] = []
        for (index, node) in nodes.enumerated() {
            guard let value = read(node, "\(path)[\(index)]", &check) else { continue }
            if !values.contains(value) { values.append(value) }
        }
        return values.isEmpty ? nil : values
    }

    private func refuse<Value>(
        _ code: FieldProblem.Code, _ message: String, _ check: inout FieldCheck
    ) -> Value? {
        check.refuse(path, code, message)
        return nil
    }
}
