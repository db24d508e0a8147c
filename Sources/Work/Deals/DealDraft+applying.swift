import CRM
import Core

/// Lays a draft over a deal and remembers everything that is wrong with it.
struct DealApplying {
    let draft: DealDraft
    let template: DealTemplate
    let author: AccountID
    let world: World
    var check = FieldCheck()

    /// The deal after the change, but for its stage, agents and parties, which take a look at the database.
    mutating func applied(to deal: Deal, at now: Timestamp) -> Deal {
        var changed = deal
        if let name = draft.name {
            changed.name = check.line(name, "name", 200)
            if changed.name.isEmpty { check.refuse("name", .required, "A deal has a name.") }
        }
        if let notes = draft.notes { changed.notes = check.paragraphs(notes, "notes", 20_000) }
        money(&changed)
        if let contacts = draft.contacts { changed.contacts = outside(contacts) }
        dates(&changed)
        if let items = draft.checklist { changed.checklist = checklist(items, changed, now) }
        return changed
    }

    private mutating func money(_ deal: inout Deal) {
        deal.price = draft.price.over(deal.price)
        if case .set(let price) = draft.price, !(1...Commission.most).contains(price) {
            check.refuse(
                "price", .outOfRange,
                "Give the price in cents, from 1 to \(Commission.most), or leave it out while it is not known.")
        }
        switch draft.commission {
        case .keep: break
        case .clear: deal.commission = nil
        case .set(let given):
            switch (given.ratePpm, given.amount) {
            case (let rate?, nil) where (0...1_000_000).contains(rate): deal.commission = .rate(ppm: rate)
            case (nil, let amount?) where (0...Commission.most).contains(amount): deal.commission = .fixed(amount)
            case (_?, nil):
                check.refuse(
                    "commission.ratePpm", .outOfRange,
                    "Give millionths of the price, from 0 to 1000000: 2.5 % is 25000.")
            case (nil, _?):
                check.refuse("commission.amount", .outOfRange, "Give cents, from 0 to \(Commission.most).")
            case (nil, nil), (_?, _?):
                check.refuse("commission", .required, "Give either ratePpm or amount.")
            }
        }
        if let split = draft.split { deal.split = shares(split) }
    }

    private mutating func shares(_ given: [DealShare]) -> [DealShare] {
        let before = check.problems.count
        let shares = Array(check.capped(given, "split", Deal.mostShares)).enumerated().map { index, share in
            checked(share, "split[\(index)]")
        }
        let sum = shares.reduce(0) { $0 + $1.basisPoints }
        if check.problems.count == before, !shares.isEmpty, sum != CommissionSplit.whole {
            check.refuse(
                "split", .outOfRange,
                "The shares make \(CommissionSplit.text(sum)) %. They must make exactly 100.00 %.")
        }
        return shares
    }

    private mutating func checked(_ share: DealShare, _ field: String) -> DealShare {
        var share = share
        if !(1...CommissionSplit.whole).contains(share.basisPoints) {
            check.refuse("\(field).basisPoints", .outOfRange, "Give hundredths of a percent, from 1 to 10000.")
            share.basisPoints = 0
        }
        share.name = share.name.map { check.line($0, "\(field).name", 100) }
        switch DealShare.Recipient(rawValue: share.to) {
        case .agent:
            if share.userId == nil { check.refuse("\(field).userId", .required, "Say which agent gets it.") }
            share.name = nil
        case .team:
            if share.name?.isEmpty != false { check.refuse("\(field).name", .required, "Say which team gets it.") }
            share.userId = nil
        case .house: (share.userId, share.name) = (nil, nil)
        case nil: check.refuse("\(field).to", .unknownChoice, "This must be one of: agent, team, house.")
        }
        return share
    }

    private mutating func outside(_ given: [OutsideParty]) -> [OutsideParty] {
        Array(check.capped(given, "contacts", Deal.mostContacts)).enumerated().map { index, contact in
            let field = "contacts[\(index)]"
            let checked = OutsideParty(
                role: check.line(contact.role, "\(field).role", 100),
                name: check.line(contact.name, "\(field).name", 200),
                company: contact.company.map { check.line($0, "\(field).company", 200) },
                email: contact.email.map { check.line($0, "\(field).email", 254) },
                phone: contact.phone.map { check.line($0, "\(field).phone", 60) })
            if checked.role.isEmpty { check.refuse("\(field).role", .required, "Say what they do for the deal.") }
            if checked.name.isEmpty { check.refuse("\(field).name", .required, "Give a name.") }
            return checked
        }
    }

    private mutating func dates(_ deal: inout Deal) {
        guard let given = draft.dates else { return }
        let before = deal.dates.day(.acceptance)
        for (name, text) in given.sorted(by: { $0.key < $1.key }) {
            guard let kind = DealDates.Kind(rawValue: name) else {
                let kinds = DealDates.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                check.refuse("dates", .unknownChoice, "A deal has the dates \(kinds).")
                continue
            }
            if text == "template" {
                deal.dates.entries[kind] = nil
            } else if let text {
                let day = DealDates.day(text)
                if day == nil { check.refuse("dates.\(name)", .invalidDate, "Give a day such as 2026-01-31.") }
                deal.dates.entries[kind] = DealDates.Entry(day: day, isByHand: true)
            } else {
                deal.dates.entries[kind] = kind == .acceptance ? nil : DealDates.Entry(day: nil, isByHand: true)
            }
        }
        let acceptance = deal.dates.day(.acceptance)
        if acceptance != before || given.values.contains("template") { deal.dates.fill(from: template.offsets) }
        if acceptance != before {
            for (index, item) in deal.checklist.enumerated() where !item.isDone {
                if let days = item.days { deal.checklist[index].due = acceptance?.adding(days: days).text }
            }
        }
    }

    private mutating func checklist(_ given: [DealDraft.Item], _ deal: Deal, _ now: Timestamp) -> [ChecklistItem] {
        var items: [ChecklistItem] = []
        for (index, draft) in check.capped(given, "checklist", Deal.mostItems).enumerated() {
            let field = "checklist[\(index)]"
            let there = draft.id.flatMap { id in deal.checklist.first { $0.id == id } }
            if draft.id != nil, there == nil || items.contains(where: { $0.id == draft.id }) {
                check.refuse(
                    "\(field).id", .unknownChoice, "The checklist has no such item. Leave the id out to add one.")
            }
            var item = there ?? ChecklistItem(id: world.identifier(), title: "")
            item.title = check.line(draft.title, "\(field).title", 200)
            if item.title.isEmpty { check.refuse("\(field).title", .required, "Say what has to be done.") }
            if let due = draft.due, DealDates.day(due) == nil {
                check.refuse("\(field).due", .invalidDate, "Give a day such as 2026-01-31.")
            }
            if item.due != draft.due { (item.due, item.days) = (draft.due, nil) }
            switch (draft.done ?? false, item.isDone) {
            case (true, false): (item.doneAt, item.doneBy) = (now.milliseconds, author)
            case (false, true): (item.doneAt, item.doneBy) = (nil, nil)
            case (true, true), (false, false): break
            }
            items.append(item)
        }
        return items
    }
}
