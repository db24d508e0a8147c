package import Accounts
package import CRM
package import Core
package import Storage

/// What clients look for, and what of the listings answers it. All of it is seen and changed by whoever reaches the client.
package struct BuyerRequests: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer

    /// The requests in `database`. `cursorKey` signs the cursors of the lists, and must be the same on every node.
    package init(database: any Database, world: World, cursorKey: Secret<[UInt8]>) {
        self.database = database
        self.world = world
        cursors = CursorSealer(key: cursorKey)
    }

    /// How a change of a request ended.
    package enum Outcome: Sendable, Hashable {
        case done(BuyerRequest)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
        case forbidden
    }

    /// The requests of a client; `nil` when there is no such client within reach.
    package func all(_ scope: Scope, of client: ClientID) async throws -> [BuyerRequest]? {
        try await database.read { session in
            let there: ClientID? = try session.row(
                """
                SELECT client.id FROM client
                WHERE client.id = \(ClientAlias.target(of: client)) AND \(ClientVisibility(scope).ofOne)
                """
            ).map { try $0.get("id") }
            return try there.map { try RequestTable.all(of: $0, in: session) }
        }
    }

    /// The request; `nil` when there is none within reach.
    package func get(_ scope: Scope, _ id: BuyerRequestID) async throws -> BuyerRequest? {
        try await database.read { session in try RequestTable.request(id, for: scope, in: session) }
    }

    /// Notes what a client looks for; for everybody but a lender.
    package func create(_ scope: Scope, for client: ClientID, _ draft: BuyerRequestDraft) async throws -> Outcome {
        guard scope.role != .lender else { return .forbidden }
        let (now, id) = (world.now(), world.identifier(BuyerRequestID.self))
        return try await database.transaction { session in
            try MatchTable.takeTurn(in: session)
            guard let client = try ClientAlias.held(client, for: scope, in: session) else { return .notFound }
            var check = FieldCheck()
            let empty = BuyerRequest(
                id: id, clientID: client.id, name: "", types: [], cities: [], postalCodes: [], isActive: true,
                createdAt: now, updatedAt: now, version: 1)
            let request = draft.applied(to: empty, &check)
            if try RequestTable.all(of: client.id, in: session).count >= BuyerRequest.most {
                check.refuse("name", .tooMany, "At most \(BuyerRequest.most) requests of a client are kept.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try RequestTable.write(request, in: session)
            try MatchTable.write(request, at: now, in: session)
            return .done(request)
        }
    }

    /// Changes what `draft` names; for everybody but a lender.
    package func change(
        _ scope: Scope, _ id: BuyerRequestID, _ draft: BuyerRequestDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        guard scope.role != .lender else { return .forbidden }
        let now = world.now()
        return try await database.transaction { session in
            try MatchTable.takeTurn(in: session)
            guard let there = try RequestTable.request(id, for: scope, isToChange: true, in: session) else {
                return .notFound
            }
            if let expectedVersions, !expectedVersions.contains(there.version) { return .versionMismatch }
            var check = FieldCheck()
            var request = draft.applied(to: there, &check)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            (request.updatedAt, request.version) = (now, there.version + 1)
            try RequestTable.write(request, in: session)
            try MatchTable.write(request, at: now, in: session)
            return .done(request)
        }
    }
}

extension BuyerRequests: ListingFollower {
    package func takeTurn(in session: any SQLSession) throws { try MatchTable.takeTurn(in: session) }

    package func follow(_ listing: Listing, at now: Timestamp, in session: any SQLSession) throws {
        try MatchTable.write(listing, at: now, in: session)
    }
}
