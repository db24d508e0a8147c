package import Accounts
package import CRM
package import Core
import Storage

/// Which deals are asked for.
package struct DealQuery: Sendable, Hashable {
    package var pipeline: PipelineID?
    package var stage: DealStageID?
    package var client: ClientID?
    package var agent: AccountID?
    package var status: DealStage.Kind?
    package var limit = 20
    package var cursor: String?

    package init() {}
}

extension DealBook {
    /// How a request for a list of deals ended.
    package enum ListOutcome: Sendable, Hashable {
        case page([Deal], nextCursor: String?)
        case invalidCursor
    }

    /// The deals within reach that answer the query, the latest made first.
    package func list(_ scope: Scope, _ query: DealQuery) async throws -> ListOutcome {
        let binding = CursorBinding(
            list: "deals", reader: scope.userID,
            facts: [
                query.pipeline?.description, query.stage?.description, query.client?.description,
                query.agent?.description, query.status?.rawValue,
            ])
        var condition = DealVisibility(scope).ofMany
        if let cursor = query.cursor {
            guard let position = cursors.open(cursor, for: binding), position.count == 1 else { return .invalidCursor }
            condition = condition + " AND deal.id < \(position[0])"
        }
        if let pipeline = query.pipeline { condition = condition + " AND deal.pipeline_id = \(pipeline)" }
        if let stage = query.stage { condition = condition + " AND deal.stage_id = \(stage)" }
        if let status = query.status { condition = condition + " AND deal.status = \(status.rawValue)" }
        if let agent = query.agent {
            condition =
                condition
                + " AND deal.id IN (SELECT working.deal_id FROM deal_agent AS working WHERE working.user_id = \(agent))"
        }
        if let client = query.client {
            condition =
                condition + """
                     AND deal.id IN (SELECT taking.deal_id FROM deal_party AS taking
                        JOIN client ON client.id = taking.client_id
                        WHERE client.id = \(ClientAlias.target(of: client)) AND \(ClientVisibility(scope).ofOne))
                    """
        }
        let asked = condition
        let deals = try await database.read { session in
            try DealTable.deals(scope, "\(asked) ORDER BY deal.id DESC LIMIT \(query.limit + 1)", in: session)
        }
        let next = deals.count > query.limit ? cursors.seal([deals[query.limit - 1].id.sqlValue], for: binding) : nil
        return .page(Array(deals.prefix(query.limit)), nextCursor: next)
    }
}
