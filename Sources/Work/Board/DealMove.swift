package import Accounts
import CRM
import Core
import Storage

/// Where a card of the board is put: into a column, next to one of its neighbours.
package struct DealMove: Sendable, Hashable, Decodable {
    package var stageId: DealStageID
    /// The card above.
    package var afterId: DealID?
    /// The card below.
    package var beforeId: DealID?
    /// Only if the deal is of this version.
    package var version: Int64?

    package init(to stage: DealStageID, after: DealID? = nil, before: DealID? = nil, version: Int64? = nil) {
        stageId = stage
        afterId = after
        beforeId = before
        self.version = version
    }
}

extension DealBook {
    /// Puts a deal next to a neighbour, or at the end of the column if none is named.
    ///
    /// The column is held meanwhile: of two people who drag in it each finds the order that the other has left, and both keep theirs. A neighbour
    /// that has gone elsewhere is no place any more; then the other one that was named counts, and with none the move is refused.
    package func move(_ scope: Scope, _ id: DealID, _ move: DealMove) async throws -> Outcome {
        guard scope.role.writesDeals else { return .forbidden }
        let (now, world) = (world.now(), world)
        return try await database.transaction { session in
            let stage = try PipelineTable.heldStage(move.stageId, in: session)
            guard var deal = try DealTable.held(id, for: scope, in: session) else { return .notFound }
            guard let stage else {
                var check = FieldCheck()
                Self.refuseStage(move.stageId, &check)
                return .invalid(check.problems)
            }
            if let version = move.version, version != deal.version { return .versionMismatch }
            guard let position = try Self.position(of: id, move, for: scope, in: session) else {
                return .neighbourMoved
            }
            if stage.id == deal.stage.id {
                // Another place in the same column is no change of the deal: whoever edits it is not disturbed.
                try session.run("UPDATE deal SET position = \(position) WHERE id = \(id)")
            } else {
                (deal.updatedAt, deal.version) = (now, deal.version + 1)
                try Self.enter(stage, &deal, at: position, by: scope.userID, now, world, in: session)
            }
            return .done(deal)
        }
    }

    private static func position(
        of id: DealID, _ move: DealMove, for scope: Scope, in session: any SQLSession
    ) throws -> Int64? {
        let named = [move.afterId, move.beforeId].compactMap(\.self)
        guard !named.isEmpty else { return try ColumnOrder.end(of: move.stageId, in: session) }
        for isLast in [false, true] {
            let list = named.map { "\($0)" as SQL }.joined(separator: ", ")
            let rows = try session.rows(
                """
                SELECT deal.id, deal.position FROM deal
                WHERE deal.id IN (\(list)) AND deal.id <> \(id) AND deal.stage_id = \(move.stageId)
                    AND \(DealVisibility(scope).ofOne)
                """)
            let there = try Dictionary(
                uniqueKeysWithValues: rows.map {
                    (try $0.get("id", as: DealID.self), try $0.get("position", as: Int64.self))
                })
            let found: Int64?
            if let after = move.afterId, let place = there[after] {
                found = try ColumnOrder.behind(after, at: place, without: id, in: move.stageId, in: session)
            } else if let before = move.beforeId, let place = there[before] {
                found = try ColumnOrder.ahead(of: before, at: place, without: id, in: move.stageId, in: session)
            } else {
                return nil
            }
            if let found { return found }
            if !isLast { try ColumnOrder.renumber(move.stageId, without: id, in: session) }
        }
        return nil
    }
}

extension ColumnOrder {
    /// A place between a deal and the next one; `nil` where none is left.
    fileprivate static func behind(
        _ neighbour: DealID, at place: Int64, without moved: DealID, in stage: DealStageID, in session: any SQLSession
    ) throws -> Int64? {
        let next = try session.row(
            """
            SELECT position FROM deal
            WHERE stage_id = \(stage) AND deleted_at IS NULL AND (position, id) > (\(place), \(neighbour))
                AND id <> \(moved)
            ORDER BY position, id LIMIT 1
            """)
        return between(place, try next?.get("position") ?? place + 2 * gap)
    }

    /// A place between the one before and a deal; `nil` where none is left.
    fileprivate static func ahead(
        of neighbour: DealID, at place: Int64, without moved: DealID, in stage: DealStageID, in session: any SQLSession
    ) throws -> Int64? {
        let previous = try session.row(
            """
            SELECT position FROM deal
            WHERE stage_id = \(stage) AND deleted_at IS NULL AND (position, id) < (\(place), \(neighbour))
                AND id <> \(moved)
            ORDER BY position DESC, id DESC LIMIT 1
            """)
        return between(try previous?.get("position") ?? place - 2 * gap, place)
    }

    private static func between(_ low: Int64, _ high: Int64) -> Int64? {
        high - low < 2 ? nil : low + (high - low) / 2
    }

    /// Writes the order of a column anew with whole gaps.
    fileprivate static func renumber(
        _ stage: DealStageID, without moved: DealID, in session: any SQLSession
    ) throws {
        try session.run(
            """
            UPDATE deal SET position = numbered.place * \(gap)
            FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY position, id) AS place FROM deal
                WHERE stage_id = \(stage) AND deleted_at IS NULL AND id <> \(moved)) AS numbered
            WHERE deal.id = numbered.id
            """)
    }
}
