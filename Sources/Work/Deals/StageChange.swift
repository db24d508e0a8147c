import CRM
import Core
import Storage

/// A deal has come into a stage: what is kept of it, and told on the timelines of its clients.
struct StageChange {
    let deal: Deal
    /// `nil` for a deal that was just made.
    let before: DealStage?
    let user: AccountID
    let now: Timestamp

    init(_ deal: Deal, from before: DealStage?, by user: AccountID, at now: Timestamp) {
        self.deal = deal
        self.before = before
        self.user = user
        self.now = now
    }

    func record(_ world: World, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO deal_stage_change (deal_id, number, stage_id, stage_name, at, user_id)
            SELECT \(deal.id), COALESCE(MAX(number), 0) + 1, \(deal.stage.id), \(deal.stage.name), \(now), \(user)
            FROM deal_stage_change WHERE deal_id = \(deal.id)
            """)
        try Happening(
            before == nil ? .dealCreated : .dealStageChanged, deal.id, version: deal.version, at: now,
            others: ["stageId": deal.stage.id.description]
        ).tell(in: session)
        let body = before.map { "\(deal.name): \($0.name) → \(deal.stage.name)" } ?? "\(deal.name): \(deal.stage.name)"
        var detail = JSONWriter()
        detail.object { object in
            object.member("name", deal.name)
            object.member("from", before?.name)
            object.member("to", deal.stage.name)
            object.member("status", deal.stage.kind.rawValue)
        }
        for client in try PartyTable.clients(of: deal.id, in: session) {
            let entry = TimelineEntry(
                .deal, of: client, id: world.identifier(), at: now, by: user, body: body,
                detail: String(decoding: detail.bytes, as: UTF8.self), now: now)
            try TimelineTable.insert(entry.about(deal.id), in: session)
        }
    }
}

/// The order of the deals in a column of the board: numbers with gaps, so that most moves write one row. Whoever writes one holds the stage.
enum ColumnOrder {
    /// Between two deals that are written one after the other.
    static let gap: Int64 = 1 << 32

    /// The place behind the last deal.
    static func end(of stage: DealStageID, in session: any SQLSession) throws -> Int64 {
        let last = try session.row(
            """
            SELECT position FROM deal WHERE stage_id = \(stage) AND deleted_at IS NULL
            ORDER BY position DESC, id DESC LIMIT 1
            """)
        return (try last?.get("position") ?? 0) + gap
    }
}
