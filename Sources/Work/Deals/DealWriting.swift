package import Accounts
import CRM
import Core
import Storage

extension DealBook {
    /// Makes a deal at the end of its column. An agent who makes one works on it.
    package func create(_ scope: Scope, _ draft: DealDraft) async throws -> Outcome {
        guard scope.role.writesDeals else { return .forbidden }
        let (now, id, world) = (world.now(), world.identifier(DealID.self), world)
        return try await database.transaction { session in
            // The column first, as whoever moves a deal does.
            let stage = try draft.stageId.flatMap { try PipelineTable.heldStage($0, in: session) }
            let template = try DealTemplateTable.template(in: session)
            var applying = DealApplying(draft: draft, template: template, author: scope.userID, world: world)
            if draft.name == nil { applying.check.refuse("name", .required, "A deal has a name.") }
            if stage == nil { Self.refuseStage(draft.stageId, &applying.check) }
            guard let stage else { return .invalid(applying.check.problems) }
            let empty = Deal(id: id, in: stage, with: template, by: scope, world, at: now)
            var deal = applying.applied(to: empty, at: now)
            try Self.applyPeople(draft, to: &deal, from: empty, scope, &applying.check, in: session)
            if scope.role == .agent, !deal.agents.contains(scope.userID) { deal.agents.append(scope.userID) }
            guard applying.check.problems.isEmpty else { return .invalid(applying.check.problems) }
            if stage.kind != .open { deal.closedAt = now }
            let position = try ColumnOrder.end(of: stage.id, in: session)
            try DealTable.insert(deal, at: position, by: scope.userID, in: session)
            try PartyTable.write(deal.parties, of: id, for: scope, in: session)
            try StageChange(deal, from: nil, by: scope.userID, at: now).record(world, in: session)
            try DealTasks.settle(deal, by: scope.userID, world, at: now, in: session)
            return .done(deal)
        }
    }

    /// Changes what `draft` names. Of a deal that goes to another stage the place is the end of that column.
    package func change(
        _ scope: Scope, _ id: DealID, _ draft: DealDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        guard scope.role.writesDeals else { return .forbidden }
        let (now, world) = (world.now(), world)
        return try await database.transaction { session in
            let stage = try draft.stageId.flatMap { try PipelineTable.heldStage($0, in: session) }
            guard let before = try DealTable.held(id, for: scope, in: session) else { return .notFound }
            if let expectedVersions, !expectedVersions.contains(before.version) { return .versionMismatch }
            let template = try DealTemplateTable.template(in: session)
            var applying = DealApplying(draft: draft, template: template, author: scope.userID, world: world)
            if draft.stageId != nil, stage == nil { Self.refuseStage(draft.stageId, &applying.check) }
            var deal = applying.applied(to: before, at: now)
            try Self.applyPeople(draft, to: &deal, from: before, scope, &applying.check, in: session)
            guard applying.check.problems.isEmpty else { return .invalid(applying.check.problems) }
            (deal.updatedAt, deal.version) = (now, before.version + 1)
            if draft.parties != nil { try PartyTable.write(deal.parties, of: id, for: scope, in: session) }
            if let stage, stage.id != before.stage.id {
                let position = try ColumnOrder.end(of: stage.id, in: session)
                try Self.enter(stage, &deal, at: position, by: scope.userID, now, world, in: session)
            } else {
                try DealTable.update(deal, in: session)
                try DealTasks.settle(deal, by: scope.userID, world, at: now, in: session)
                try Happening(.dealUpdated, id, version: deal.version, at: now).tell(in: session)
            }
            return .done(deal)
        }
    }

    /// Puts a deal that is held into another stage, which is held too, and writes it.
    static func enter(
        _ stage: DealStage, _ deal: inout Deal, at position: Int64, by user: AccountID, _ now: Timestamp,
        _ world: World,
        in session: any SQLSession
    ) throws {
        let before = deal.stage
        deal.stage = stage
        deal.enteredStageAt = now
        deal.closedAt = stage.kind == .open ? nil : stage.kind == before.kind ? deal.closedAt : now
        try DealTable.update(deal, at: position, in: session)
        try StageChange(deal, from: before, by: user, at: now).record(world, in: session)
        try DealTasks.settle(deal, by: user, world, at: now, in: session)
    }

    static func refuseStage(_ id: DealStageID?, _ check: inout FieldCheck) {
        if id == nil {
            check.refuse("stageId", .required, "Say in which stage the deal stands.")
        } else {
            check.refuse("stageId", .unknownChoice, "There is no such stage any more. Choose another one.")
        }
    }

    /// Puts the agents and parties of the draft into the deal, as far as they are there and within reach.
    private static func applyPeople(
        _ draft: DealDraft, to deal: inout Deal, from before: Deal, _ scope: Scope, _ check: inout FieldCheck,
        in session: any SQLSession
    ) throws {
        if let agents = draft.agents {
            deal.agents = check.capped(agents, "agents", Deal.mostAgents)
                .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
        let known = Set(before.agents + before.split.compactMap(\.userId) + [scope.userID])
        let new = Set(deal.agents + deal.split.compactMap(\.userId)).subtracting(known)
        let active = try ActiveAgents.held(among: new, in: session).union(known)
        for (index, agent) in deal.agents.enumerated() where !active.contains(agent) {
            check.refuse("agents[\(index)]", .unknownAccount, "There is no active agent with this identity.")
        }
        for (index, share) in deal.split.enumerated() {
            if let user = share.userId, !active.contains(user) {
                check.refuse("split[\(index)].userId", .unknownAccount, "There is no active agent with this identity.")
            }
        }
        guard let parties = draft.parties else { return }
        deal.parties = []
        for (index, party) in check.capped(parties, "parties", Deal.mostParties).enumerated() {
            let roles = party.roles.compactMap(DealParty.Role.init(rawValue:))
            if roles.count != party.roles.count {
                let names = DealParty.Role.allCases.map(\.rawValue).joined(separator: ", ")
                check.refuse("parties[\(index)].roles", .unknownChoice, "Each must be one of: \(names).")
            } else if roles.isEmpty {
                check.refuse("parties[\(index)].roles", .required, "Say as what they take part.")
            }
            guard let client = try ClientAlias.held(party.clientId, for: scope, in: session) else {
                check.refuse("parties[\(index)].clientId", .unknownClient, "There is no such client within your reach.")
                continue
            }
            if let place = deal.parties.firstIndex(where: { $0.clientID == client.id }) {
                deal.parties[place].roles += roles.filter { !deal.parties[place].roles.contains($0) }
            } else {
                deal.parties.append(
                    DealParty(
                        clientID: client.id, firstName: client.firstName, lastName: client.lastName,
                        roles: roles.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }))
            }
        }
    }
}

extension Deal {
    /// A deal in which nothing stands yet but what the template gives.
    fileprivate init(
        id: DealID, in stage: DealStage, with template: DealTemplate, by scope: Scope, _ world: World, at now: Timestamp
    ) {
        self.id = id
        name = ""
        self.stage = stage
        split = []
        agents = [scope.userID]
        parties = []
        contacts = []
        dates = DealDates()
        notes = ""
        checklist = template.checklist.map {
            ChecklistItem(id: world.identifier(), title: $0.title, due: nil, days: $0.days)
        }
        createdAt = now
        updatedAt = now
        enteredStageAt = now
        version = 1
    }
}
