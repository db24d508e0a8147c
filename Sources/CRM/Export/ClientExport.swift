package import Accounts
package import Core
package import SecurityEvents
package import Sessions
package import Storage

/// Takes clients out of the brokerage: never in silence. Who, when, from where and how many is written down, and mailed to whoever did it and to
/// the owners, before the first line leaves.
package struct ClientExport: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let notices: Notices
    private let large: LargeExport
    private let approvals: ExportApprovals

    package init(
        database: any Database, world: World, recorder: EventRecorder, notices: Notices,
        large: LargeExport = LargeExport(), approvals: ExportApprovals
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.notices = notices
        self.large = large
        self.approvals = approvals
    }

    /// What became of the wish to export.
    package enum Outcome: Sendable {
        /// Written down; the clients follow.
        case allowed(ExportedClients)
        /// Nobody has allowed it, or the proof is another's.
        case notAllowed
        /// So many clients take a second person: the request waits for one under this identity.
        case approvalNeeded(ExportRequestID)
    }

    /// The clients that `scope` may see, in `format`. `approved` names a request that a second person has approved, where one is needed.
    package func begin(
        _ scope: Scope, proof: FreshReauthentication, format: ExportFormat = .csv, approved: ExportRequestID? = nil,
        from source: RequestSource
    ) async throws -> Outcome {
        guard proof.scope == scope else { return .notAllowed }
        let visible = ClientVisibility(scope).ofMany
        return try await database.transaction { sql in
            guard try ExportGrants.allow(scope, in: sql) else { return .notAllowed }
            let rows: Int = try sql.row("SELECT COUNT(*) AS n FROM client WHERE \(visible)")?.get("n") ?? 0
            if approvals.isNeeded(for: rows),
                try !ExportApprovals.use(
                    approved, of: scope, rows: rows, format: format, at: world.now(), in: sql)
            {
                return .approvalNeeded(
                    try approvals.request(scope, rows: rows, format: format, notices: notices, from: source, in: sql))
            }
            try tell(scope, rows: rows, format: format, from: source, in: sql)
            let addresses = try sql.rows("SELECT id, email FROM account").map { row in
                (try row.get("id", as: AccountID.self), try row.get("email", as: String.self))
            }
            return .allowed(
                ExportedClients(
                    database: database, visible: visible, format: format, fields: try CustomFieldTable.all(in: sql),
                    addresses: Dictionary(addresses, uniquingKeysWith: { first, _ in first })))
        }
    }

    private func tell(
        _ scope: Scope, rows: Int, format: ExportFormat, from source: RequestSource, in sql: any SQLSession
    ) throws {
        var event = Event(
            .dataExported, in: world, user: scope.userID, session: scope.sessionID, from: source,
            detail: ["rows": String(rows), "format": format.rawValue, "what": "clients"])
        event.detail["key"] = scope.keyID?.description
        let earlier = try large.earlier(of: scope.userID, at: event.at, in: sql)
        try recorder.record(event, in: sql)
        if let reason = large.reason(rows: rows, at: event.at, after: earlier) {
            var detail = event.detail
            detail["because"] = reason.rawValue
            try recorder.record(
                Event(
                    .dataExportLarge, in: world, user: scope.userID, session: scope.sessionID, from: source,
                    detail: detail), in: sql)
        }
        guard let exporter = try AccountTable.account(scope.userID, in: sql) else { return }
        let clients = String(rows)
        try notices.post(.exportMade, to: exporter, about: event, values: ["clients": clients], in: sql)
        for owner in try AccountTable.activeOwners(in: sql) where owner.id != exporter.id {
            let name = "\(exporter.firstName) \(exporter.lastName) (\(exporter.email.shown))"
            try notices.post(
                .exportByColleague, to: owner, about: event, values: ["clients": clients, "by": name], wayBack: nil,
                in: sql)
        }
    }
}
