import Accounts
import CRM
import Core
import TestSupport

@testable import CRM

/// Says in memory, as simply as can be, whether a client answers a filter.
struct FilterOracle {
    let reader: AccountID
    let now: Timestamp

    func answers(_ client: Client, _ filter: ClientFilter) throws -> Bool {
        switch filter {
        case .every(let filters): return try filters.allSatisfy { try answers(client, $0) }
        case .some(let filters): return try filters.contains { try answers(client, $0) }
        case .not(let filter): return try !answers(client, filter)
        case .condition(let condition): return try answers(client, condition)
        }
    }

    private func answers(_ client: Client, _ condition: FilterCondition) throws -> Bool {
        let content = try ClientContent(client)
        switch condition.field {
        case .stage: return isText(content.stage, condition.test)
        case .source: return isText(content.source, condition.test)
        case .tag:
            if case .isEmpty(let isEmpty) = condition.test { return content.tags.isEmpty == isEmpty }
            guard case .isOne(let tags) = condition.test else { return false }
            return content.tags.contains { tag in tags.contains { same(tag, $0) } }
        case .assignedTo: return isSomebody(content.assignedTo.map { [$0] } ?? [], condition.test)
        case .collaborator: return isSomebody(content.collaborators, condition.test)
        case .price:
            if case .isEmpty(let isEmpty) = condition.test { return (content.price == nil) == isEmpty }
            return content.price.map { isNumber(Double($0), condition.test) } ?? false
        case .createdAt: return isMoment(client.createdAt, condition.test)
        case .updatedAt: return isMoment(client.updatedAt, condition.test)
        case .lastActivityAt: return isMoment(client.lastActivityAt, condition.test)
        case .email: return condition.test == .isEmpty(content.emails.isEmpty)
        case .phone: return condition.test == .isEmpty(content.phones.isEmpty)
        case .doNotCall: return condition.test == .flag(content.details.refuses(.call))
        case .doNotText: return condition.test == .flag(content.details.refuses(.text))
        case .doNotMail: return condition.test == .flag(content.details.refuses(.mail))
        case .custom(let key):
            let value = content.details.custom.first { $0.key == key }?.value
            if case .isEmpty(let isEmpty) = condition.test { return (value == nil) == isEmpty }
            switch value {
            case nil: return false
            case .number(let number): return isNumber(number, condition.test)
            case .flag(let flag): return condition.test == .flag(flag)
            case .text(let text): return isCustomText(text, condition.test)
            }
        }
    }

    private func same(_ one: String, _ other: String) -> Bool { one.lowercased() == other.lowercased() }

    private func isText(_ text: String?, _ test: FilterTest) -> Bool {
        if case .isEmpty(let isEmpty) = test { return (text == nil) == isEmpty }
        guard case .isOne(let texts) = test, let text else { return false }
        return texts.contains(text)
    }

    private func isCustomText(_ text: String, _ test: FilterTest) -> Bool {
        switch test {
        case .isOne(let texts): return texts.contains { same($0, text) }
        case .contains(let piece): return text.lowercased().contains(piece.lowercased())
        case .day(let isBefore, let day):
            guard let own = PartialDate(text) else { return false }
            return isBefore ? own.daysSince1970 < day.daysSince1970 : own.daysSince1970 > day.daysSince1970
        default: return false
        }
    }

    private func isSomebody(_ accounts: [AccountID], _ test: FilterTest) -> Bool {
        if case .isEmpty(let isEmpty) = test { return accounts.isEmpty == isEmpty }
        guard case .isPerson(let people) = test else { return false }
        return people.contains { person in
            switch person {
            case .me: return accounts.contains(reader)
            case .account(let account): return accounts.contains(account)
            }
        }
    }

    private func isNumber(_ number: Double, _ test: FilterTest) -> Bool {
        guard case .number(let order, let bound) = test else { return false }
        switch order {
        case .equal: return number == bound
        case .less: return number < bound
        case .atMost: return number <= bound
        case .greater: return number > bound
        case .atLeast: return number >= bound
        }
    }

    private func isMoment(_ moment: Timestamp, _ test: FilterTest) -> Bool {
        switch test {
        case .moment(let isBefore, let bound): return isBefore ? moment < bound : moment > bound
        case .recent(let days, let isWithin): return (moment > now - .days(days)) == isWithin
        default: return false
        }
    }
}

/// Makes up filters and clients that often answer them.
struct FilterDice {
    var dice: Dice
    let people: [AccountID]
    let now: Timestamp

    static let stages = ["Leads", "Buyers", "Closed"]
    static let sources = ["Zillow", "Web's \"own\"", "Referral"]
    static let tags = ["VIP", "vip", "investor", "Überseer", "100%", "a_b"]
    static let texts = ["Likes gardens", "likes GARDENS", "50% down", "a_b", "it's \"quoted\"", "\"doNotCall\":true"]
    static let days = ["2024-02-29", "2025-01-01", "2026-12-31"]

    mutating func pick<Value>(_ values: [Value]) -> Value { values[dice.number(0...(values.count - 1))] }

    mutating func some<Value: Hashable>(_ values: [Value]) -> [Value] {
        var picked: [Value] = []
        for _ in 0..<dice.number(1...3) {
            let value = pick(values)
            if !picked.contains(value) { picked.append(value) }
        }
        return picked
    }

    mutating func draft(_ number: Int) -> ClientDraft {
        var draft = ClientDraft(firstName: "Client \(number)")
        draft.stage = pick(Self.stages)
        if dice.happens(percent: 70) { draft.source = pick(Self.sources) }
        if dice.happens(percent: 70) { draft.tags = some(Self.tags) }
        if dice.happens(percent: 70) { draft.assignedTo = pick(people) }
        if dice.happens(percent: 30) { draft.collaborators = some(people) }
        if dice.happens(percent: 70) { draft.price = Int64(dice.number(0...4)) * 100_000 }
        if dice.happens(percent: 50) { draft.emails = [ContactPoint(value: "c\(number)@example.com")] }
        if dice.happens(percent: 50) { draft.phones = [ContactPoint(value: "512555\(1000 + number)")] }
        if dice.happens(percent: 40) { draft.doNotCall = true }
        if dice.happens(percent: 40) { draft.doNotText = true }
        if dice.happens(percent: 40) { draft.doNotMail = true }
        var custom: [String: CustomFieldValue?] = [:]
        if dice.happens(percent: 60) { custom["note"] = .text(pick(Self.texts)) }
        if dice.happens(percent: 60) { custom["score"] = .number(Double(dice.number(-2...2)) / 2) }
        if dice.happens(percent: 60) { custom["closeDate"] = .text(pick(Self.days)) }
        if dice.happens(percent: 60) { custom["car"] = .text(pick(["Ford", "VW"])) }
        if dice.happens(percent: 60) { custom["pets"] = .flag(dice.happens(percent: 50)) }
        draft.customFields = custom
        return draft
    }

    mutating func filter(depth: Int = 0) -> ClientFilter {
        guard depth < ClientFilter.deepest, dice.happens(percent: 60) else { return .condition(condition()) }
        switch dice.number(0...2) {
        case 0: return .every((0..<dice.number(0...3)).map { _ in filter(depth: depth + 1) })
        case 1: return .some((0..<dice.number(1...3)).map { _ in filter(depth: depth + 1) })
        default: return .not(filter(depth: depth + 1))
        }
    }

    private mutating func condition() -> FilterCondition {
        let order = pick(FilterOrder.allCases)
        let (isBefore, flag) = (dice.happens(percent: 50), dice.happens(percent: 50))
        switch dice.number(0...17) {
        case 0: return FilterCondition(.stage, .isOne(of: some(Self.stages)))
        case 1: return FilterCondition(.source, .isOne(of: some(Self.sources)))
        case 2: return FilterCondition(.tag, .isOne(of: some(Self.tags)))
        case 3:
            let somebody: [FilterPerson] = people.map { .account($0) } + [.me]
            return FilterCondition(flag ? .assignedTo : .collaborator, .isPerson(of: some(somebody)))
        case 4, 5: return FilterCondition(.price, .number(order, Double(dice.number(0...4)) * 100_000))
        case 6:
            let at = now - .days(dice.number(0...60))
            return FilterCondition(pick([.createdAt, .updatedAt, .lastActivityAt]), .moment(isBefore: isBefore, at))
        case 7, 8:
            return FilterCondition(
                pick([.createdAt, .updatedAt, .lastActivityAt]), .recent(days: dice.number(1...60), isWithin: flag))
        case 9: return FilterCondition(pick([.doNotCall, .doNotText, .doNotMail]), .flag(flag))
        case 10: return FilterCondition(.custom("note"), .isOne(of: some(Self.texts)))
        case 11: return FilterCondition(.custom("note"), .contains(pick(["garden", "%", "_", "\"", "50%", "x"])))
        case 12: return FilterCondition(.custom("score"), .number(order, Double(dice.number(-2...2)) / 2))
        case 13:
            return FilterCondition(
                .custom("closeDate"),
                flag
                    ? .isOne(of: some(Self.days))
                    : PartialDate(pick(Self.days)).map { .day(isBefore: isBefore, $0) }
                        ?? .isEmpty(true))
        case 14: return FilterCondition(.custom("car"), .isOne(of: some(["Ford", "VW", "Fiat"])))
        case 15: return FilterCondition(.custom("pets"), .flag(flag))
        default:
            let fields: [FilterField] = [
                .source, .tag, .assignedTo, .collaborator, .price, .email, .phone, .custom("note"), .custom("score"),
                .custom("pets"),
            ]
            return FilterCondition(pick(fields), .isEmpty(flag))
        }
    }
}
