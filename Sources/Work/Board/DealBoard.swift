package import Accounts
import CRM
package import Core
import Storage

/// The deals of a pipeline as somebody sees them: a column for each stage.
package struct DealBoard: Sendable {
    struct Column: Sendable {
        let stage: DealStage
        let count: Int64
        let volume: Int64
        let commission: Int64
        var cards: [Card] = []
    }

    struct Card: Sendable {
        let id: DealID
        let position: Int64
        let name: String
        let price: Int64?
        let commission: Int64?
        let agents: StoredList<AccountID>
        let closing: PartialDate?
        let enteredStageAt: Timestamp
        let version: Int64
    }

    let pipeline: PipelineID
    var columns: [Column]

    /// The most cards of a column: of one for closed deals fewer, which nobody drags any more. The number and the sums are of all of them.
    static func mostCards(of kind: DealStage.Kind) -> Int { kind == .open ? 500 : 50 }

    /// Writes the board as the API shows it at `now`.
    package func write(to writer: inout JSONWriter, at now: Timestamp) {
        writer.object { object in
            object.member("pipelineId", pipeline)
            object.key("columns")
            object.array { list in columns.forEach { $0.write(to: &list, at: now) } }
        }
    }
}

extension DealBook {
    /// The board of a pipeline, of the first one if none is named; `nil` when there is no such. Two statements.
    package func board(_ scope: Scope, _ pipeline: PipelineID?) async throws -> DealBoard? {
        let reach = DealVisibility(scope)
        return try await database.read { session in
            let chosen: SQL =
                pipeline.map { "\($0)" } ?? "(SELECT first.id FROM pipeline AS first ORDER BY first.id LIMIT 1)"
            let rows = try session.rows(
                """
                SELECT deal_stage.id AS stage_id, deal_stage.pipeline_id, deal_stage.name AS stage_name, deal_stage.kind,
                    deal_stage.probability, COALESCE(total.number, 0) AS number, COALESCE(total.volume, 0) AS volume,
                    COALESCE(total.commission, 0) AS commission
                FROM deal_stage LEFT JOIN (
                    SELECT deal.stage_id, COUNT(*) AS number, CAST(SUM(deal.price) AS BIGINT) AS volume,
                        CAST(SUM(deal.commission) AS BIGINT) AS commission
                    FROM \(reach.joined) WHERE deal.pipeline_id = \(chosen) AND \(reach.ofJoined)
                    GROUP BY deal.stage_id) AS total ON total.stage_id = deal_stage.id
                WHERE deal_stage.pipeline_id = \(chosen) ORDER BY deal_stage.position, deal_stage.id
                """)
            let columns = try rows.map { row in
                DealBoard.Column(
                    stage: try DealStage(row), count: try row.get("number"), volume: try row.get("volume"),
                    commission: try row.get("commission"))
            }
            guard let first = columns.first else { return nil }
            var board = DealBoard(pipeline: first.stage.pipelineID, columns: columns)
            for row in try session.rows(Self.cards(of: columns.map(\.stage), for: scope)) {
                let stage: DealStageID = try row.get("stage_id")
                guard let place = columns.firstIndex(where: { $0.stage.id == stage }) else { continue }
                board.columns[place].cards.append(try DealBoard.Card(row))
            }
            for place in board.columns.indices {
                board.columns[place].cards.sort { ($0.position, $0.id) < ($1.position, $1.id) }
            }
            return board
        }
    }

    private static let cardColumns: SQL = """
        deal.id, deal.stage_id, deal.position, deal.name, deal.price, deal.commission, deal.agents, deal.closing_day,
            deal.entered_stage_at, deal.version
        """

    /// The first cards of each column. Whoever sees everything reads so many rows of the index of each column; for others the deals within reach are
    /// looked for once, and then cut by column.
    static func cards(of stages: [DealStage], for scope: Scope) -> SQL {
        if scope.role.seesEverything {
            return stages.map { stage in
                """
                SELECT * FROM (
                    SELECT \(cardColumns) FROM deal
                    WHERE deal.stage_id = \(stage.id) AND \(DealVisibility(scope).ofMany)
                    ORDER BY deal.position, deal.id \(.limit(DealBoard.mostCards(of: stage.kind)))) AS cards
                """
            }.joined(separator: " UNION ALL ")
        }
        let reach = DealVisibility(scope)
        func places(_ kind: DealStage.Kind) -> Int64 { Int64(DealBoard.mostCards(of: kind)) }
        return """
            SELECT \(cardColumns) FROM (
                SELECT deal.id, deal.status,
                    ROW_NUMBER() OVER (PARTITION BY deal.stage_id ORDER BY deal.position, deal.id) AS place
                FROM \(reach.joined) WHERE deal.pipeline_id = \(stages.first?.pipelineID) AND \(reach.ofJoined)) AS placed
                JOIN deal ON deal.id = placed.id
            WHERE placed.place <= CASE placed.status WHEN 'open' THEN \(places(.open)) ELSE \(places(.won)) END
            """
    }
}

extension DealBoard.Card {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        position = try row.get("position")
        name = try row.get("name")
        price = try row.optional("price")
        commission = try row.optional("commission")
        agents = try row.get("agents")
        closing = try row.optional("closing_day", as: Int.self).map { PartialDate(daysSince1970: $0) }
        enteredStageAt = try row.get("entered_stage_at")
        version = try row.get("version")
    }

    fileprivate func write(to writer: inout JSONWriter, at now: Timestamp) {
        writer.object { object in
            object.member("id", id)
            object.member("name", name)
            object.member("price", price)
            object.member("commission", commission)
            object.key("agents")
            object.json(trusted: agents.json)
            object.member("closing", closing?.text)
            object.member("enteredStageAt", enteredStageAt)
            object.member("daysInStage", Deal.days(from: enteredStageAt, to: now))
            object.member("version", version)
        }
    }
}

extension DealBoard.Column {
    fileprivate func write(to writer: inout JSONWriter, at now: Timestamp) {
        writer.object { object in
            object.member("stageId", stage.id)
            object.member("name", stage.name)
            object.member("kind", stage.kind.rawValue)
            object.member("probability", stage.probability)
            object.member("count", count)
            object.member("volume", volume)
            object.member("commission", commission)
            object.key("deals")
            object.array { list in cards.forEach { $0.write(to: &list, at: now) } }
        }
    }
}
