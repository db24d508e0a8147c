import Core
import Storage

/// The pipelines of the brokerage and their stages.
enum PipelineTable {
    static let migration = Migration(
        190, "pipelines",
        [
            "CREATE TABLE pipeline (id \(.identifier) PRIMARY KEY, name TEXT NOT NULL, version BIGINT NOT NULL)",
            """
            CREATE TABLE deal_stage (
                id \(.identifier) PRIMARY KEY,
                pipeline_id \(.identifier) NOT NULL REFERENCES pipeline (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                kind TEXT NOT NULL,
                probability BIGINT NOT NULL,
                position BIGINT NOT NULL
            )
            """,
            "CREATE INDEX deal_stage_by_pipeline ON deal_stage (pipeline_id, position)",
        ] + standard)

    /// What a new brokerage begins with: the way of a buyer and that of a seller.
    private static var standard: [SQL] {
        let buyers: [(String, String, Int)] = [
            ("Consultation", "open", 10), ("Touring homes", "open", 25), ("Offer made", "open", 50),
            ("Under contract", "open", 80), ("Clear to close", "open", 95), ("Closed", "won", 100), ("Lost", "lost", 0),
        ]
        let sellers: [(String, String, Int)] = [
            ("Listing appointment", "open", 20), ("Agreement signed", "open", 40), ("On the market", "open", 60),
            ("Offer received", "open", 70), ("Under contract", "open", 85), ("Clear to close", "open", 95),
            ("Closed", "won", 100), ("Lost", "lost", 0),
        ]
        return [("Buyers", buyers), ("Sellers", sellers)].enumerated().flatMap { number, pipeline -> [SQL] in
            let id = PipelineID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 + UInt64(number))
            let stages = pipeline.1.enumerated().map { position, stage in
                let low = 0x8000_0000_0000_0000 + UInt64(number) << 16 + UInt64(position)
                let stageID = DealStageID(high: 0x0190_0000_0001_7000, low: low)
                return "(\(stageID), \(id), \(stage.0), \(stage.1), \(stage.2), \(position))" as SQL
            }
            return [
                "INSERT INTO pipeline (id, name, version) VALUES (\(id), \(pipeline.0), 1)",
                """
                INSERT INTO deal_stage (id, pipeline_id, name, kind, probability, position)
                VALUES \(stages.joined(separator: ", "))
                """,
            ]
        }
    }

    private static let stageColumns: SQL = """
        deal_stage.id AS stage_id, deal_stage.pipeline_id, deal_stage.name AS stage_name, deal_stage.kind,
            deal_stage.probability
        """

    /// All of them, in the order in which they were made.
    static func all(in session: any SQLSession) throws -> [Pipeline] {
        try pipelines("1 = 1", in: session)
    }

    /// The pipeline of that identity, with its stages; held until the transaction ends if it `isToChange`.
    static func pipeline(
        _ id: PipelineID, isToChange: Bool = false, in session: any SQLSession
    ) throws -> Pipeline? {
        if isToChange {
            // The stages too: whoever puts a deal into one of them holds it, and is waited for.
            _ = try session.rows("SELECT id FROM pipeline WHERE id = \(id) \(.forUpdate)")
            _ = try session.rows("SELECT id FROM deal_stage WHERE pipeline_id = \(id) ORDER BY id \(.forUpdate)")
        }
        return try pipelines("pipeline.id = \(id)", in: session).first
    }

    private static func pipelines(_ condition: SQL, in session: any SQLSession) throws -> [Pipeline] {
        let rows = try session.rows(
            """
            SELECT pipeline.name AS pipeline_name, pipeline.version, \(stageColumns)
            FROM pipeline JOIN deal_stage ON deal_stage.pipeline_id = pipeline.id
            WHERE \(condition) ORDER BY pipeline.id, deal_stage.position, deal_stage.id
            """)
        return try rows.reduce(into: []) { pipelines, row in
            let stage = try DealStage(row)
            if pipelines.last?.id != stage.pipelineID {
                pipelines.append(
                    Pipeline(
                        id: stage.pipelineID, name: try row.get("pipeline_name"), stages: [],
                        version: try row.get("version")))
            }
            pipelines[pipelines.count - 1].stages.append(stage)
        }
    }

    /// The stage of that identity.
    static func stage(_ id: DealStageID, in session: any SQLSession) throws -> DealStage? {
        try session.row("SELECT \(stageColumns) FROM deal_stage WHERE id = \(id)").map(DealStage.init)
    }

    /// The same, held until the transaction ends. Whoever puts a deal into a column of the board holds the column first, so that of two people
    /// the second sees the order that the first has left.
    static func heldStage(_ id: DealStageID, in session: any SQLSession) throws -> DealStage? {
        try session.row("SELECT \(stageColumns) FROM deal_stage WHERE id = \(id) \(.forUpdate)").map(DealStage.init)
    }

    /// Those of `stages` in which deals stand.
    static func stagesInUse(of pipeline: PipelineID, in session: any SQLSession) throws -> Set<DealStageID> {
        let rows = try session.rows(
            """
            SELECT deal_stage.id FROM deal_stage WHERE deal_stage.pipeline_id = \(pipeline) AND EXISTS (
                SELECT 1 FROM deal WHERE deal.stage_id = deal_stage.id AND deal.deleted_at IS NULL)
            """)
        return Set(try rows.map { try $0.get("id") })
    }

    static func insert(_ pipeline: Pipeline, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO pipeline (id, name, version) VALUES (\(pipeline.id), \(pipeline.name), \(pipeline.version))
            """)
        try write(pipeline.stages, in: session)
    }

    /// Writes a pipeline that is held, and removes the stages that it has no more.
    static func update(_ pipeline: Pipeline, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE pipeline SET name = \(pipeline.name), version = \(pipeline.version) WHERE id = \(pipeline.id)
            """)
        let kept = pipeline.stages.map { "\($0.id)" as SQL }.joined(separator: ", ")
        try session.run("DELETE FROM deal_stage WHERE pipeline_id = \(pipeline.id) AND id NOT IN (\(kept))")
        try write(pipeline.stages, in: session)
    }

    static func remove(_ id: PipelineID, in session: any SQLSession) throws {
        try session.run("DELETE FROM pipeline WHERE id = \(id)")
    }

    private static func write(_ stages: [DealStage], in session: any SQLSession) throws {
        for (position, stage) in stages.enumerated() {
            try session.run(
                """
                INSERT INTO deal_stage (id, pipeline_id, name, kind, probability, position)
                VALUES (\(stage.id), \(stage.pipelineID), \(stage.name), \(stage.kind.rawValue), \(stage.probability),
                    \(position))
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                    probability = excluded.probability, position = excluded.position
                """)
        }
    }
}

extension DealStage {
    init(_ row: Row) throws {
        id = try row.get("stage_id")
        pipelineID = try row.get("pipeline_id")
        name = try row.get("stage_name")
        kind = Kind(rawValue: try row.get("kind")) ?? .open
        probability = try row.get("probability")
    }
}
