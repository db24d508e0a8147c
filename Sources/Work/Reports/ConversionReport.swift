import Accounts
import CRM
import Core
import Storage

/// How many clients and deals came into each stage in the period, how many of those went on since, and after how many days.
///
/// Who went on left the stage for any other; a deal that was lost did not go on. Whoever came in twice counts twice.
struct ConversionReport {
    let question: ReportQuestion

    private static let columns = [
        Report.Column("of", "Of"), Report.Column("pipeline", "Pipeline"), Report.Column("stage", "Stage"),
        Report.Column("entered", "Entered"), Report.Column("wentOn", "Went on"),
        Report.Column("share", "Went on in percent"), Report.Column("medianDays", "Median days in it"),
    ]

    /// The stays in one stage.
    private struct Stays: Sendable {
        var (entered, wentOn): (Int64, Int64) = (0, 0)
        /// In milliseconds, of those that have ended.
        var lengths: [Int64] = []

        mutating func left(after length: Int64, isOnward: Bool = true) {
            lengths.append(max(0, length))
            if isOnward { wentOn += 1 }
        }

        func row(_ of: String, _ pipeline: String?, _ stage: String) -> [Report.Cell] {
            [
                .text(of), .text(pipeline), .text(stage), .count(entered), .count(wentOn),
                .share(entered == 0 ? nil : wentOn * 10_000 / entered),
                .count(Median.of(sorted: lengths.sorted()).map { $0 / 86_400_000 }),
            ]
        }
    }

    func read(from database: any Database) async throws -> Report {
        let known = try await database.read { session in
            (try StageList.names(in: session), try PipelineTable.all(in: session))
        }
        let clients = try await clientStays(in: database)
        let deals = try await dealStays(in: database, known.1)
        var report = Report(Self.columns)
        for stage in known.0 + Set(clients.keys).subtracting(known.0).sorted() {
            report.rows.append((clients[stage] ?? Stays()).row("client", nil, stage))
        }
        for pipeline in known.1 {
            for stage in pipeline.stages {
                report.rows.append((deals.known[stage.id] ?? Stays()).row("deal", pipeline.name, stage.name))
            }
        }
        for (name, stays) in deals.gone.sorted(by: { $0.key < $1.key }) {
            report.rows.append(stays.row("deal", nil, name))
        }
        return report
    }
}

extension ConversionReport {
    /// Every change of stage since the period began, client by client. Of those in the trash nobody tells.
    var clientChanges: SQL {
        let condition: SQL =
            question.scope.role.seesEverything
            ? "change.client_id NOT IN (SELECT gone.id FROM client AS gone WHERE gone.deleted_at IS NOT NULL)"
            : question.isReached("change.client_id")
        return """
            SELECT change.client_id, change.at, change.old_value, change.new_value FROM client_change AS change
            WHERE change.field = 'stage' AND change.at >= \(question.moments.lowerBound) AND \(condition)
            ORDER BY change.client_id, change.version
            """
    }

    /// The clients that came in the period, with the stage in which they are now.
    var newClients: SQL {
        question.scope.role.seesEverything
            ? """
            SELECT client.id, client.created_at, client.stage FROM client
            WHERE client.deleted_at IS NULL AND \(question.isInside("client.created_at"))
            """
            : """
            SELECT reader.client_id, reader.created_at, reader.stage FROM client_reader AS reader
            WHERE reader.user_id = \(question.scope.userID) AND \(question.isInside("reader.created_at"))
            """
    }

    /// What is known of a client while its changes are read.
    private struct Reading: Sendable {
        var stays: [String: Stays] = [:]
        /// The stages by the JSON text under which the history has them.
        var names: [String: String] = [:]
        var client: ClientID?
        var (stage, since): (String?, Int64) = (nil, 0)

        mutating func name(_ json: String) throws -> String {
            if let name = names[json] { return name }
            var reader = JSONReader(json)
            let name = try reader.string()
            names[json] = name
            return name
        }
    }

    private func clientStays(in database: any Database) async throws -> [String: Stays] {
        typealias Newcomers = [ClientID: (came: Int64, stage: String)]
        let newcomers = try await database.reduce(newClients, into: Newcomers()) { newcomers, row in
            newcomers[try row.identifier(0)] = (try row.integer(1), try row.text(2))
        }
        let end = question.moments.upperBound.milliseconds
        let changed = try await database.reduce(clientChanges, into: (Reading(), Set<ClientID>())) { state, row in
            let (client, at): (ClientID, Int64) = (try row.identifier(0), try row.integer(1))
            if state.0.client != client {
                state.0.client = client
                state.0.stage = nil
                if let new = newcomers[client], !row.isNull(2) {
                    // Nothing changed before: it is where it began.
                    let first = try state.0.name(try row.text(2))
                    (state.0.stage, state.0.since) = (first, new.came)
                    state.0.stays[first, default: Stays()].entered += 1
                    state.1.insert(client)
                }
            }
            if let stage = state.0.stage { state.0.stays[stage, default: Stays()].left(after: at - state.0.since) }
            state.0.stage = nil
            guard at < end, !row.isNull(3) else { return }
            let next = try state.0.name(try row.text(3))
            (state.0.stage, state.0.since) = (next, at)
            state.0.stays[next, default: Stays()].entered += 1
        }
        var stays = changed.0.stays
        for (client, new) in newcomers where !changed.1.contains(client) {
            stays[new.stage, default: Stays()].entered += 1
        }
        return stays
    }
}

extension ConversionReport {
    /// Every stage into which a deal came since the period began, deal by deal.
    var dealChanges: SQL {
        let reach = DealVisibility(question.scope)
        let condition: SQL =
            question.scope.role.seesEverything
            ? "change.deal_id NOT IN (SELECT gone.id FROM deal AS gone WHERE gone.deleted_at IS NOT NULL)"
            : "change.deal_id IN (SELECT deal.id FROM \(reach.joined) WHERE \(reach.ofJoined))"
        return """
            SELECT change.deal_id, change.at, change.stage_id, change.stage_name FROM deal_stage_change AS change
            WHERE change.at >= \(question.moments.lowerBound) AND \(condition)
            ORDER BY change.deal_id, change.number
            """
    }

    /// The stays of deals: in stages that there are, and by name in those that there are no more.
    private struct DealStays: Sendable {
        var known: [DealStageID: Stays] = [:]
        var gone: [String: Stays] = [:]
        var deal: DealID?
        /// Where the deal stands that is being read: in a stage that there is, or in one of that name.
        var (stage, name, since): (DealStageID?, String?, Int64) = (nil, nil, 0)

        mutating func left(at moment: Int64, isOnward: Bool) {
            if let stage { known[stage, default: Stays()].left(after: moment - since, isOnward: isOnward) }
            if let name { gone[name, default: Stays()].left(after: moment - since, isOnward: isOnward) }
            (stage, name) = (nil, nil)
        }
    }

    private func dealStays(in database: any Database, _ pipelines: [Pipeline]) async throws -> DealStays {
        let kinds = Dictionary(
            pipelines.flatMap(\.stages).map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
        let end = question.moments.upperBound.milliseconds
        return try await database.reduce(dealChanges, into: DealStays()) { stays, row in
            let (deal, at): (DealID, Int64) = (try row.identifier(0), try row.integer(1))
            let stage: DealStageID = try row.identifier(2)
            if stays.deal != deal { (stays.deal, stays.stage, stays.name) = (deal, nil, nil) }
            stays.left(at: at, isOnward: kinds[stage] != .lost)
            guard at < end else { return }
            stays.since = at
            if kinds[stage] != nil {
                stays.stage = stage
                stays.known[stage, default: Stays()].entered += 1
            } else {
                let name = try row.text(3)
                stays.name = name
                stays.gone[name, default: Stays()].entered += 1
            }
        }
    }
}
