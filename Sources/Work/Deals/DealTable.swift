import Accounts
import CRM
import Core
import Storage

/// The deals, who works on them and who takes part.
///
/// `deal_agent` and `deal_date` repeat whether the deal is open, so that what is due soon is found without the closed ones. A row of `deal_party` is of
/// the client that was first added, and names the one that answers for it since a merge: taking that back finds each with the roles of their own.
enum DealTable {
    static let migration = Migration(
        192, "deals",
        [
            """
            CREATE TABLE deal (
                id \(.identifier) PRIMARY KEY,
                pipeline_id \(.identifier) NOT NULL,
                stage_id \(.identifier) NOT NULL,
                position BIGINT NOT NULL,
                name TEXT NOT NULL,
                price BIGINT,
                commission_ppm BIGINT,
                commission_fixed BIGINT,
                commission BIGINT,
                split TEXT NOT NULL,
                agents TEXT NOT NULL,
                contacts TEXT NOT NULL,
                notes TEXT NOT NULL,
                checklist TEXT NOT NULL,
                status TEXT NOT NULL,
                closing_day BIGINT,
                created_by \(.identifier) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                entered_stage_at BIGINT NOT NULL,
                closed_at BIGINT,
                deleted_at BIGINT,
                version BIGINT NOT NULL
            )
            """,
            "CREATE INDEX deal_by_column ON deal (stage_id, position, id) WHERE deleted_at IS NULL",
            "CREATE INDEX deal_totals ON deal (pipeline_id, stage_id, price, commission) WHERE deleted_at IS NULL",
            """
            CREATE INDEX deal_by_closing ON deal (closing_day, status, stage_id, price, commission)
                WHERE deleted_at IS NULL
            """,
            """
            CREATE TABLE deal_agent (
                deal_id \(.identifier) NOT NULL REFERENCES deal (id) ON DELETE CASCADE,
                user_id \(.identifier) NOT NULL,
                is_open BIGINT NOT NULL,
                PRIMARY KEY (deal_id, user_id)
            )
            """,
            "CREATE INDEX deal_agent_by_user ON deal_agent (user_id, is_open, deal_id)",
            """
            CREATE TABLE deal_party (
                deal_id \(.identifier) NOT NULL REFERENCES deal (id) ON DELETE CASCADE,
                first_client_id \(.identifier) NOT NULL,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                roles TEXT NOT NULL,
                position BIGINT NOT NULL,
                PRIMARY KEY (deal_id, first_client_id)
            )
            """,
            "CREATE INDEX deal_party_by_client ON deal_party (client_id, deal_id)",
            """
            CREATE TABLE deal_date (
                deal_id \(.identifier) NOT NULL REFERENCES deal (id) ON DELETE CASCADE,
                kind TEXT NOT NULL,
                day BIGINT,
                is_by_hand BIGINT NOT NULL,
                is_open BIGINT NOT NULL,
                PRIMARY KEY (deal_id, kind)
            )
            """,
            "CREATE INDEX deal_date_by_day ON deal_date (day, deal_id) WHERE is_open = 1",
            """
            CREATE TABLE deal_stage_change (
                deal_id \(.identifier) NOT NULL REFERENCES deal (id) ON DELETE CASCADE,
                number BIGINT NOT NULL,
                stage_id \(.identifier) NOT NULL,
                stage_name TEXT NOT NULL,
                at BIGINT NOT NULL,
                user_id \(.identifier),
                PRIMARY KEY (deal_id, number)
            )
            """,
        ])

    static let columns: SQL = """
        deal.id, deal.name, deal.price, deal.commission_ppm, deal.commission_fixed, deal.split, deal.agents,
            deal.contacts, deal.notes, deal.checklist, deal.created_at, deal.updated_at, deal.entered_stage_at,
            deal.closed_at, deal.version, deal_stage.id AS stage_id, deal_stage.pipeline_id,
            deal_stage.name AS stage_name, deal_stage.kind, deal_stage.probability
        """

    /// The deals that answer `condition`, with what hangs on them as `scope` sees it: three statements.
    static func deals(_ scope: Scope, _ condition: SQL, in session: any SQLSession) throws -> [Deal] {
        let rows = try session.rows(
            "SELECT \(columns) FROM deal JOIN deal_stage ON deal_stage.id = deal.stage_id WHERE \(condition)")
        guard !rows.isEmpty else { return [] }
        var deals = try rows.map(Deal.init)
        let list = deals.map { "\($0.id)" as SQL }.joined(separator: ", ")
        let answers = try session.answers(to: [
            """
            SELECT deal_id, kind, day, is_by_hand FROM deal_date WHERE deal_id IN (\(list))
            """, PartyTable.statement("deal_party.deal_id IN (\(list))", for: scope),
        ])
        let places = Dictionary(uniqueKeysWithValues: deals.enumerated().map { ($1.id, $0) })
        for row in answers[0] {
            guard let place = places[try row.get("deal_id")],
                let kind = DealDates.Kind(rawValue: try row.get("kind"))
            else { continue }
            deals[place].dates.entries[kind] = DealDates.Entry(
                day: try row.optional("day", as: Int.self).map { PartialDate(daysSince1970: $0) },
                isByHand: try row.get("is_by_hand"))
        }
        for row in answers[1] {
            guard let place = places[try row.get("deal_id")] else { continue }
            try PartyTable.add(row, to: &deals[place].parties)
        }
        return deals
    }

    /// The deal if `scope` sees it, held until the transaction ends.
    static func held(_ id: DealID, for scope: Scope, in session: any SQLSession) throws -> Deal? {
        let there = try session.row(
            "SELECT deal.id FROM deal WHERE deal.id = \(id) AND \(DealVisibility(scope).ofOne) \(.forUpdate)")
        guard there != nil else { return nil }
        return try deals(scope, "deal.id = \(id)", in: session).first
    }

    static func insert(_ deal: Deal, at position: Int64, by user: AccountID, in session: any SQLSession) throws {
        let (ppm, fixed) = deal.storedCommission
        try session.run(
            """
            INSERT INTO deal (id, pipeline_id, stage_id, position, name, price, commission_ppm, commission_fixed, commission,
                split, agents, contacts, notes, checklist, status, closing_day, created_by, created_at, updated_at,
                entered_stage_at, closed_at, version)
            VALUES (\(deal.id), \(deal.stage.pipelineID), \(deal.stage.id), \(position), \(deal.name), \(deal.price),
                \(ppm), \(fixed), \(deal.commissionAmount), \(StoredList(deal.split)), \(StoredList(deal.agents)),
                \(StoredList(deal.contacts)), \(deal.notes), \(StoredList(deal.checklist)),
                \(deal.stage.kind.rawValue), \(deal.closingDay), \(user), \(deal.createdAt), \(deal.updatedAt),
                \(deal.enteredStageAt), \(deal.closedAt), \(deal.version))
            """)
        try writeAgents(of: deal, in: session)
        try writeDates(of: deal, in: session)
    }

    /// Writes a deal that is held. `position` is that of another column of the board.
    static func update(_ deal: Deal, at position: Int64? = nil, in session: any SQLSession) throws {
        let (ppm, fixed) = deal.storedCommission
        let place: SQL = position.map { "position = \($0)," } ?? ""
        try session.run(
            """
            UPDATE deal SET \(place) pipeline_id = \(deal.stage.pipelineID), stage_id = \(deal.stage.id), name = \(deal.name),
                price = \(deal.price), commission_ppm = \(ppm), commission_fixed = \(fixed),
                commission = \(deal.commissionAmount), split = \(StoredList(deal.split)),
                agents = \(StoredList(deal.agents)), contacts = \(StoredList(deal.contacts)), notes = \(deal.notes),
                checklist = \(StoredList(deal.checklist)), status = \(deal.stage.kind.rawValue),
                closing_day = \(deal.closingDay), updated_at = \(deal.updatedAt),
                entered_stage_at = \(deal.enteredStageAt), closed_at = \(deal.closedAt), version = \(deal.version)
            WHERE id = \(deal.id)
            """)
        try writeAgents(of: deal, in: session)
        try writeDates(of: deal, in: session)
    }

    private static func writeAgents(of deal: Deal, in session: any SQLSession) throws {
        try session.run("DELETE FROM deal_agent WHERE deal_id = \(deal.id)")
        try session.insert(
            deal.agents.map { "(\(deal.id), \($0), \(deal.isOpen))" }, into: "deal_agent (deal_id, user_id, is_open)")
    }

    private static func writeDates(of deal: Deal, in session: any SQLSession) throws {
        try session.run("DELETE FROM deal_date WHERE deal_id = \(deal.id)")
        let rows = DealDates.Kind.allCases.compactMap { kind -> SQL? in
            guard let entry = deal.dates.entries[kind] else { return nil }
            let isOpen = deal.isOpen && entry.day != nil
            return "(\(deal.id), \(kind.rawValue), \(entry.day?.daysSince1970), \(entry.isByHand), \(isOpen))"
        }
        try session.insert(rows, into: "deal_date (deal_id, kind, day, is_by_hand, is_open)")
    }

    /// Takes a deal that is held out of everybody's sight.
    static func remove(_ deal: Deal, at now: Timestamp, in session: any SQLSession) throws {
        try session.run(
            "UPDATE deal SET deleted_at = \(now), version = \(deal.version + 1) WHERE id = \(deal.id)")
        try session.run("UPDATE deal_agent SET is_open = 0 WHERE deal_id = \(deal.id)")
        try session.run("UPDATE deal_date SET is_open = 0 WHERE deal_id = \(deal.id)")
    }
}

extension Deal {
    /// The deal of a row of ``DealTable/columns``, without dates and parties.
    init(_ row: Row) throws {
        id = try row.get("id")
        name = try row.get("name")
        stage = try DealStage(row)
        price = try row.optional("price")
        commission = try row.optional("commission_ppm").map { .rate(ppm: $0) }
        if let fixed: Int64 = try row.optional("commission_fixed") { commission = .fixed(fixed) }
        split = try row.get("split", as: StoredList<DealShare>.self).elements()
        agents = try row.get("agents", as: StoredList<AccountID>.self).elements()
        parties = []
        contacts = try row.get("contacts", as: StoredList<OutsideParty>.self).elements()
        dates = DealDates()
        notes = try row.get("notes")
        checklist = try row.get("checklist", as: StoredList<ChecklistItem>.self).elements()
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        enteredStageAt = try row.get("entered_stage_at")
        closedAt = try row.optional("closed_at")
        version = try row.get("version")
    }

    fileprivate var closingDay: Int? { dates.day(.closing)?.daysSince1970 }

    fileprivate var storedCommission: (ppm: Int64?, fixed: Int64?) {
        switch commission {
        case .rate(let ppm): return (ppm, nil)
        case .fixed(let cents): return (nil, cents)
        case nil: return (nil, nil)
        }
    }
}
