package import Accounts
package import CRM
package import Core
package import Storage

/// Told of each listing that was written, in the transaction that holds it: who looks for such a one is found.
package protocol ListingFollower: Sendable {
    /// Waits until nobody else writes what listings are held against.
    func takeTurn(in session: any SQLSession) throws
    /// The listing was made or changed.
    func follow(_ listing: Listing, at now: Timestamp, in session: any SQLSession) throws
}

extension ListingBook {
    /// Makes a listing. It is the agent's own; owner and admin say whose it is.
    package func create(_ scope: Scope, _ draft: ListingDraft, telling follower: any ListingFollower) async throws
        -> Outcome
    {
        guard scope.role != .lender else { return .forbidden }
        let now = world.now()
        let empty = Listing(
            id: world.identifier(), mlsNumber: nil, status: .comingSoon, price: nil, address: Listing.Address(),
            facts: Listing.Facts(), description: "", photos: [], agentID: scope.userID, createdAt: now, updatedAt: now,
            version: 1)
        return try await write(scope, draft, isNew: true, now, telling: follower) { _ in .done(empty) }
    }

    /// Changes what `draft` names; for its agent, owner and admin.
    package func change(
        _ scope: Scope, _ id: ListingID, _ draft: ListingDraft, expectedVersions: [Int64]? = nil,
        telling follower: any ListingFollower
    ) async throws -> Outcome {
        try await write(scope, draft, isNew: false, world.now(), telling: follower) { session in
            guard let there = try ListingTable.held(id, for: scope, in: session) else { return .notFound }
            guard scope.role.seesEverything || scope.role == .agent && there.agentID == scope.userID else {
                return .forbidden
            }
            if let expectedVersions, !expectedVersions.contains(there.version) { return .versionMismatch }
            return .done(there)
        }
    }

    private func write(
        _ scope: Scope, _ draft: ListingDraft, isNew: Bool, _ now: Timestamp, telling follower: any ListingFollower,
        _ start: @escaping @Sendable (any SQLSession) throws -> Outcome
    ) async throws -> Outcome {
        let world = world
        return try await database.transaction { session in
            try follower.takeTurn(in: session)
            let outcome = try start(session)
            guard case .done(let before) = outcome else { return outcome }
            var check = FieldCheck()
            var listing = draft.applied(to: before, &check)
            if let agent = draft.agentId, agent != before.agentID {
                if !scope.role.seesEverything {
                    check.refuse(
                        "agentId", .notPermitted, "Only an owner or admin can give a listing to somebody else.")
                } else if try ActiveAgents.held(among: [agent], in: session).isEmpty {
                    check.refuse("agentId", .unknownAccount, "There is no active agent with this identity.")
                }
                listing.agentID = agent
            }
            if let number = listing.mlsNumber, number != before.mlsNumber,
                try ListingTable.hasNumber(number, besides: listing.id, in: session)
            {
                check.refuse("mlsNumber", .taken, "There is a listing with this number already.")
            }
            let sellers = try Self.sellers(draft, of: before, scope, &check, in: session)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            if !isNew { (listing.updatedAt, listing.version) = (now, before.version + 1) }
            try ListingTable.write(listing, from: isNew ? nil : before, by: scope.userID, in: session)
            if let sellers {
                for seller in before.sellers where !sellers.contains(where: { $0.clientID == seller.clientID }) {
                    try ListingTable.untie(seller.clientID, .seller, from: listing.id, in: session)
                }
                for seller in sellers {
                    try Self.tie(seller.clientID, .seller, to: listing, by: scope.userID, now, world, in: session)
                }
                listing.sellers = sellers
            }
            try follower.follow(listing, at: now, in: session)
            try Happening(isNew ? .listingCreated : .listingUpdated, listing.id, version: listing.version, at: now)
                .tell(in: session)
            return .done(listing)
        }
    }

    private static func sellers(
        _ draft: ListingDraft, of listing: Listing, _ scope: Scope, _ check: inout FieldCheck,
        in session: any SQLSession
    ) throws -> [Listing.Person]? {
        guard let named = draft.sellers else { return nil }
        var sellers: [Listing.Person] = []
        for (index, id) in check.capped(named, "sellers", Listing.mostSellers).enumerated() {
            guard let client = try ClientAlias.held(id, for: scope, in: session) else {
                check.refuse("sellers[\(index)]", .unknownClient, "There is no such client within your reach.")
                continue
            }
            let person = Listing.Person(
                clientID: client.id, firstName: client.firstName, lastName: client.lastName)
            if !sellers.contains(person) { sellers.append(person) }
        }
        return sellers
    }

    private static func tie(
        _ client: ClientID, _ tie: ListingTable.Tie, to listing: Listing, by user: AccountID, _ now: Timestamp,
        _ world: World, in session: any SQLSession
    ) throws {
        guard try ListingTable.tie(client, tie, to: listing.id, at: now, in: session) else { return }
        let place = listing.address.line.isEmpty ? "a listing" : listing.address.line
        let entry = TimelineEntry(
            .listing, of: client, id: world.identifier(), at: now, by: user,
            body: tie == .seller ? "Sells \(place)" : "Interested in \(place)", now: now)
        try TimelineTable.insert(entry.about(listing.id), in: session)
    }

    /// Notes that a client within reach would like the listing, or would not any more; for everybody but a lender.
    package func note(
        _ scope: Scope, _ id: ListingID, interestOf client: ClientID, isInterested: Bool
    ) async throws -> Outcome {
        guard scope.role != .lender else { return .forbidden }
        let (now, world) = (world.now(), world)
        return try await database.transaction { session in
            guard let listing = try ListingTable.held(id, for: scope, in: session) else { return .notFound }
            guard let client = try ClientAlias.held(client, for: scope, in: session) else {
                return .invalid([
                    FieldProblem("clientId", .unknownClient, "There is no such client within your reach.")
                ])
            }
            if isInterested {
                try Self.tie(client.id, .interested, to: listing, by: scope.userID, now, world, in: session)
            } else {
                try ListingTable.untie(client.id, .interested, from: id, in: session)
            }
            let shown = try ListingTable.listings(scope, "listing.id = \(id)", in: session).first
            return shown.map { .done($0) } ?? .notFound
        }
    }
}
