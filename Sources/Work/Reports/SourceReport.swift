import Accounts
import CRM
import Core
import Storage

/// What each lead source has brought: the clients that came from it in the period, and what became of them until now.
///
/// A deal counts once, for the source of the first of its clients. What sources cost is the brokerage's: an agent is not told.
struct SourceReport {
    let question: ReportQuestion

    private static let columns = [
        Report.Column("source", "Source"), Report.Column("clients", "Clients"), Report.Column("contacted", "Contacted"),
        Report.Column("withDeal", "With a deal"), Report.Column("won", "Won deals"), Report.Column("volume", "Volume"),
        Report.Column("commission", "Commission"), Report.Column("cost", "Cost"),
        Report.Column("returnBasisPoints", "Return in percent"),
    ]

    /// The figures of one source.
    private struct Figures {
        var (clients, contacted, withDeal, won, volume, commission): (Int64, Int64, Int64, Int64, Int64, Int64) =
            (0, 0, 0, 0, 0, 0)
        var cost: Int64 = 0

        /// What came back beyond the cost, in hundredths of a percent of it; `nil` where nothing was spent.
        var returned: Int64? {
            guard cost > 0 else { return nil }
            let (product, isTooLarge) = (commission - cost).multipliedReportingOverflow(by: 10_000)
            return isTooLarge ? (commission - cost) / cost * 10_000 : product / cost
        }
    }

    /// Clients by source, along an index that has all of it.
    var clients: SQL {
        let isNumber: SQL = "COUNT(*) AS clients, COUNT(client.first_contact_at) AS contacted"
        guard !question.scope.role.seesEverything else {
            return """
                SELECT client.source, \(isNumber) FROM client
                WHERE client.deleted_at IS NULL AND \(question.isInside("client.created_at")) GROUP BY client.source
                """
        }
        return """
            SELECT client.source, \(isNumber) FROM client_reader AS reader CROSS JOIN client
            WHERE reader.user_id = \(question.scope.userID) AND \(question.isInside("reader.created_at"))
                AND client.id = reader.client_id AND client.deleted_at IS NULL
            GROUP BY client.source
            """
    }

    /// The deals of those clients by source. Deals are fewer than clients, so it begins with them.
    var deals: SQL {
        """
        SELECT lead.source, COUNT(DISTINCT lead.client_id) AS with_deal, CAST(SUM(lead.is_won) AS BIGINT) AS won,
            CAST(SUM(lead.is_won * lead.price) AS BIGINT) AS volume,
            CAST(SUM(lead.is_won * lead.commission) AS BIGINT) AS commission
        FROM (SELECT client.source, client.id AS client_id, COALESCE(deal.price, 0) AS price,
                COALESCE(deal.commission, 0) AS commission,
                CASE WHEN deal.status = 'won' AND NOT EXISTS (SELECT 1 FROM deal_party AS other
                    WHERE other.deal_id = deal.id AND (other.position, other.first_client_id)
                        < (deal_party.position, deal_party.first_client_id)) THEN 1 ELSE 0 END AS is_won
            FROM deal JOIN deal_party ON deal_party.deal_id = deal.id
                JOIN client ON client.id = deal_party.client_id
            WHERE deal.deleted_at IS NULL AND client.deleted_at IS NULL AND \(question.isInside("client.created_at"))
                AND \(question.isReached("client.id"))) AS lead
        GROUP BY lead.source
        """
    }

    func read(from database: any Database) async throws -> Report {
        let seesCosts = question.scope.role.seesEverything
        let statements = [clients, deals] + (seesCosts ? [SourceCostTable.statement(question.period.months)] : [])
        let answers = try await database.read { session in try session.answers(to: statements) }
        var figures: [String: Figures] = [:]
        for row in answers[0] {
            let source: String = try row.optional("source") ?? ""
            figures[source, default: Figures()].clients += try row.get("clients")
            figures[source, default: Figures()].contacted += try row.get("contacted")
        }
        for row in answers[1] {
            let source: String = try row.optional("source") ?? ""
            figures[source, default: Figures()].withDeal += try row.get("with_deal")
            figures[source, default: Figures()].won += try row.get("won")
            figures[source, default: Figures()].volume += try row.get("volume")
            figures[source, default: Figures()].commission += try row.get("commission")
        }
        for row in answers.dropFirst(2).joined() {
            let part = question.period.part(of: try row.get("cost"), for: try row.get("month"))
            figures[try row.get("source"), default: Figures()].cost += part
        }
        var report = Report(Self.columns)
        report.rows = figures.sorted { ($0.key.isEmpty ? 1 : 0, $0.key) < ($1.key.isEmpty ? 1 : 0, $1.key) }.map {
            source, of in
            [
                .text(source.isEmpty ? nil : source), .count(of.clients), .count(of.contacted), .count(of.withDeal),
                .count(of.won), .money(of.volume), .money(of.commission), .money(seesCosts ? of.cost : nil),
                .share(seesCosts ? of.returned : nil),
            ]
        }
        return report
    }
}
