import Core

/// Reads a filter, and collects everything that is wrong with it under its path in the JSON.
struct FilterReading {
    /// The custom fields that there are; `nil` to take any key, as of a filter that was stored.
    private let fields: [CustomField]?
    private(set) var check = FieldCheck()
    private var conditions = 0

    init(fields: [CustomField]?) { self.fields = fields }

    /// The filter in `node`, which stands at `path`; `nil`, and a problem, for what is none.
    mutating func filter(_ node: FilterNode, at path: String, depth: Int = 0) -> ClientFilter? {
        guard case .object(let members) = node else {
            check.refuse(path, .wrongKind, "A filter is an object: a condition, or one of and, or and not.")
            return nil
        }
        guard let name = ["and", "or", "not"].first(where: { members[$0] != nil }), let inner = members[name] else {
            return condition(members, at: path).map { .condition($0) }
        }
        for other in members.keys.sorted().prefix(20) where other != name {
            check.refuse("\(path).\(other.prefix(64))", .unknownField, "Nothing stands beside \(name).")
        }
        guard depth < ClientFilter.deepest else {
            check.refuse(path, .tooMany, "At most \(ClientFilter.deepest) of and, or and not stand in one another.")
            return nil
        }
        if name == "not" { return filter(inner, at: "\(path).not", depth: depth + 1).map { .not($0) } }
        guard case .list(let nodes) = inner else {
            check.refuse("\(path).\(name)", .wrongKind, "This is a list of filters.")
            return nil
        }
        if nodes.isEmpty, name == "or" { check.refuse("\(path).or", .required, "Give at least one filter.") }
        var filters: [ClientFilter] = []
        for (index, node) in nodes.enumerated() {
            guard conditions < ClientFilter.mostConditions, nodes.count <= ClientFilter.mostConditions else {
                check.refuse(path, .tooMany, "A filter has at most \(ClientFilter.mostConditions) conditions.")
                return nil
            }
            if let filter = filter(node, at: "\(path).\(name)[\(index)]", depth: depth + 1) { filters.append(filter) }
        }
        return name == "and" ? .every(filters) : .some(filters)
    }

    private mutating func condition(_ members: [String: FilterNode], at path: String) -> FilterCondition? {
        conditions += 1
        let known: Set<String> = ["field", "op", "value"]
        for other in members.keys.sorted().prefix(20) where !known.contains(other) {
            check.refuse("\(path).\(other.prefix(64))", .unknownField, "A condition has field, op and value.")
        }
        guard case .text(let name) = members["field"] ?? .nothing, let field = FilterField(name: name) else {
            check.refuse("\(path).field", .unknownField, "There is no field of this name to filter by.")
            return nil
        }
        guard case .text(let op) = members["op"] ?? .nothing else {
            check.refuse("\(path).op", .required, "Say how the field is compared.")
            return nil
        }
        let operand = FilterOperand(node: members["value"] ?? .nothing, path: "\(path).value")
        guard case .custom(let key) = field, let fields else {
            return test(of: field, op, operand, at: path).map { FilterCondition(field, $0) }
        }
        guard let custom = fields.first(where: { $0.key == key }) else {
            check.refuse("\(path).field", .unknownField, "There is no custom field of this key.")
            return nil
        }
        guard let test = test(of: field, op, operand, at: path) else { return nil }
        guard custom.kind.answers(test) else {
            check.refuse("\(path).op", .wrongKind, "A field of the kind \(custom.kind.rawValue) is not compared so.")
            return nil
        }
        return FilterCondition(field, test)
    }

    private mutating func test(
        of field: FilterField, _ op: String, _ operand: FilterOperand, at path: String
    ) -> FilterTest? {
        let test: FilterTest?
        switch (field, op) {
        case (.source, "isEmpty"), (.tag, "isEmpty"), (.assignedTo, "isEmpty"), (.collaborator, "isEmpty"),
            (.price, "isEmpty"), (.email, "isEmpty"), (.phone, "isEmpty"), (.custom, "isEmpty"):
            test = operand.flag(or: true, &check).map { .isEmpty($0) }
        case (.stage, "is"), (.stage, "in"), (.source, "is"), (.source, "in"), (.tag, "is"), (.tag, "in"):
            test = operand.texts(isList: op == "in", upTo: 100, &check).map { .isOne(of: $0) }
        case (.assignedTo, "is"), (.assignedTo, "in"), (.collaborator, "is"), (.collaborator, "in"):
            test = operand.people(isList: op == "in", &check).map { .isPerson(of: $0) }
        case (.price, _):
            guard let order = FilterOrder(rawValue: op) else { return refuse(op, of: field, at: path) }
            test = operand.whole(in: 0...1_000_000_000_000, &check).map { .number(order, Double($0)) }
        case (.createdAt, _), (.updatedAt, _), (.lastActivityAt, _):
            switch op {
            case "before", "after": test = operand.moment(&check).map { .moment(isBefore: op == "before", $0) }
            case "withinDays", "notWithinDays":
                test = operand.whole(in: 1...36_500, &check).map {
                    .recent(days: Int($0), isWithin: op == "withinDays")
                }
            default: return refuse(op, of: field, at: path)
            }
        case (.doNotCall, "is"), (.doNotText, "is"), (.doNotMail, "is"):
            test = operand.flag(or: nil, &check).map { .flag($0) }
        case (.custom, _): return customTest(of: field, op, operand, at: path)
        default: return refuse(op, of: field, at: path)
        }
        return test
    }

    /// A value tells by itself whether it is a text, a number, a day or a truth value; whether the field is of that kind is asked afterwards.
    private mutating func customTest(
        of field: FilterField, _ op: String, _ operand: FilterOperand, at path: String
    ) -> FilterTest? {
        switch op {
        case "is":
            switch operand.node {
            case .flag(let flag): return .flag(flag)
            case .number: return operand.number(&check).map { .number(.equal, $0) }
            case .text, .nothing, .list, .object:
                return operand.texts(isList: false, upTo: 200, &check).map { .isOne(of: $0) }
            }
        case "in": return operand.texts(isList: true, upTo: 200, &check).map { .isOne(of: $0) }
        case "contains":
            return operand.texts(isList: false, upTo: 200, &check).map { .contains($0[0]) }
        case "before", "after": return operand.day(&check).map { .day(isBefore: op == "before", $0) }
        default:
            guard let order = FilterOrder(rawValue: op) else { return refuse(op, of: field, at: path) }
            return operand.number(&check).map { .number(order, $0) }
        }
    }

    private mutating func refuse(_ op: String, of field: FilterField, at path: String) -> FilterTest? {
        check.refuse("\(path).op", .unknownChoice, "The field \(field.name) is not compared so.")
        return nil
    }
}

extension CustomField.Kind {
    /// Whether a field of this kind has values for the test.
    func answers(_ test: FilterTest) -> Bool {
        switch (self, test) {
        case (_, .isEmpty): return true
        case (.text, .isOne), (.text, .contains), (.choice, .isOne), (.date, .day), (.number, .number), (.flag, .flag):
            return true
        case (.date, .isOne(let texts)): return texts.allSatisfy { PartialDate($0)?.year != nil }
        default: return false
        }
    }
}
