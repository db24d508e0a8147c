package import Core

extension Deal {
    /// Writes the deal as the API shows it at `now`.
    package func write(to writer: inout JSONWriter, at now: Timestamp) {
        writer.object { object in
            object.member("id", id)
            object.member("name", name)
            object.member("pipelineId", stage.pipelineID)
            object.member("stageId", stage.id)
            object.member("stage", stage.name)
            object.member("status", stage.kind.rawValue)
            object.member("price", price)
            writeCommission(to: &object)
            object.key("agents")
            object.array { list in agents.forEach { list.identifier($0) } }
            object.key("parties")
            object.array { list in parties.forEach { $0.write(to: &list) } }
            object.key("contacts")
            object.array { list in contacts.forEach { $0.write(to: &list) } }
            object.key("dates")
            object.object { days in
                for kind in DealDates.Kind.allCases {
                    days.key(text: kind.rawValue)
                    if let day = dates.day(kind) { days.string(day.text) } else { days.null() }
                }
            }
            object.key("datesByHand")
            object.array { list in dates.byHand.forEach { list.string($0.rawValue) } }
            object.member("notes", notes)
            object.key("checklist")
            object.array { list in checklist.forEach { $0.show(in: &list) } }
            object.member("enteredStageAt", enteredStageAt)
            object.member("daysInStage", Self.days(from: enteredStageAt, to: now))
            object.member("closedAt", closedAt)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }

    /// Whole days between two moments.
    package static func days(from start: Timestamp, to end: Timestamp) -> Int64 {
        max(0, (end - start).milliseconds / 86_400_000)
    }

    private func writeCommission(to object: inout JSONWriter) {
        object.key("commission")
        if let commission {
            object.object { item in
                switch commission {
                case .rate(let ppm): item.member("ratePpm", ppm)
                case .fixed: item.member("ratePpm", nil as Int64?)
                }
                item.member("amount", commissionAmount)
            }
        } else {
            object.null()
        }
        let amounts = commissionAmount.map { CommissionSplit.amounts(of: $0, by: split.map(\.basisPoints)) }
        object.key("split")
        object.array { list in
            for (index, share) in split.enumerated() {
                list.object { item in
                    share.members(to: &item)
                    item.member("amount", amounts?[index])
                }
            }
        }
    }
}

extension DealParty {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("clientId", clientID)
            object.member("firstName", firstName)
            object.member("lastName", lastName)
            object.key("roles")
            object.array { list in roles.forEach { list.string($0.rawValue) } }
        }
    }
}

extension ChecklistItem {
    fileprivate func show(in writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("title", title)
            object.member("done", isDone)
            object.member("due", due)
            object.member("doneBy", doneBy)
            object.member("doneAt", doneAt.map { Timestamp(milliseconds: $0) })
        }
    }
}
