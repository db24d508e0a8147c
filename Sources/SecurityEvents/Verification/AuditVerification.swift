package import Core
package import Storage

/// Proves the whole log: every event is as it was sealed, where it was sealed, and none is missing or too many, from the oldest that
/// retention has kept to the last.
///
/// What the log alone cannot show is that its end was cut off *together with* its seals, because what is left was once the
/// whole; and somebody who holds the server's keys can seal a forged log anew. Both show against an anchor, the copies of the
/// checkpoints that were put elsewhere in time.
package struct AuditVerification: Sendable {
    /// Events that are looked at together: one query for the seals, one for the events.
    private static let piece = 8192
    private static let mostFindings = 500

    private let database: any Database
    private let world: World
    private let keys: AuditKeys
    private let recorder: EventRecorder
    /// How many pieces are looked at at the same time.
    private let width: Int

    package init(database: any Database, world: World, keys: AuditKeys, recorder: EventRecorder, width: Int = 3) {
        self.database = database
        self.world = world
        self.keys = keys
        self.recorder = recorder
        self.width = max(width, 1)
    }

    /// Goes through the log, compares it with `anchor`, and keeps what came of it for the dashboard. A log that is not whole is told of in an
    /// `audit_tampering_detected`.
    package func verify(anchor: [AnchorLine] = []) async throws -> AuditReport {
        var report = try await look(anchor)
        // Retention takes the beginning away while it is looked at: then what is left is looked at anew before anybody is alarmed.
        for _ in 1...3 where !report.isWhole {
            guard try await SealedLog.read(from: database).firstSequence != report.first else { break }
            report = try await look(anchor)
        }
        try await keep(report)
        return report
    }

    private func look(_ anchor: [AnchorLine]) async throws -> AuditReport {
        let frame = try await LogFrame.read(from: database)
        let log = frame.log
        var report = AuditReport(first: log.firstSequence, last: log.sequence)
        report.findings += frame.findings(keys: keys)
        var comparison = AnchorComparison(anchor, log: log, keys: keys)
        try await verifyPieces(of: log, into: &report, &comparison)
        report.findings += comparison.findings()
        if try await presentEvents(before: frame.insertedBefore) != report.events - frame.sealedAfterBound {
            report.findings += try await insertedEvents(before: frame.insertedBefore)
        }
        report.findings = Array(report.findings.prefix(Self.mostFindings))
        return report
    }

    private func verifyPieces(
        of log: SealedLog, into report: inout AuditReport, _ comparison: inout AnchorComparison
    ) async throws {
        var walk = CheckpointWalk(log: log, keys: keys)
        let personKeys = try await PersonKeys.all(database)
        try await withThrowingTaskGroup(of: PieceOutcome.self) { group in
            var underWay = 0
            while let checkpoints = try await walk.next(upTo: Self.piece, from: database) {
                for checkpoint in checkpoints { comparison.meet(checkpoint) }
                if underWay >= width, let outcome = try await group.next() {
                    report.take(outcome)
                    underWay -= 1
                }
                guard report.findings.count < Self.mostFindings else { break }
                underWay += 1
                let check = PieceCheck(database: database, keys: keys, checkpoints: checkpoints)
                group.addTask { try await check.outcome(personKeys) }
            }
            for try await outcome in group { report.take(outcome) }
        }
        report.findings += walk.findings
        report.findings.sort { $0.place < $1.place }
    }

    private func presentEvents(before bound: EventID) async throws -> Int {
        try await database.rows("SELECT COUNT(*) AS n FROM security_event WHERE id < \(bound)").first?.get("n") ?? 0
    }

    /// Only asked when the numbers do not agree: events older than any that may still be waiting for their seal.
    private func insertedEvents(before bound: EventID) async throws -> [AuditFinding] {
        try await database.rows(
            """
            SELECT e.id FROM security_event e
            WHERE e.id < \(bound) AND NOT EXISTS (SELECT 1 FROM security_seal s WHERE s.event_id = e.id)
            ORDER BY e.id LIMIT \(Self.mostFindings)
            """
        ).map { .inserted(event: try $0.get("id"), sequence: nil) }
    }

    private func keep(_ report: AuditReport) async throws {
        let (now, recorder) = (world.now(), recorder)
        var event: Event?
        if let worst = report.findings.first {
            event = Event(
                .auditTampering, in: world, from: .commandLine,
                detail: ["findings": String(report.findings.count), "finding": worst.description])
        }
        let told = event
        try await database.transaction { sql in
            try sql.run(
                """
                UPDATE security_log SET verified_at = \(now), verified_sequence = \(report.last),
                    findings = \(report.findings.count) WHERE id = 1
                """)
            if let told { try recorder.record(told, in: sql) }
        }
    }
}

extension AuditReport {
    mutating func take(_ outcome: PieceOutcome) {
        events += outcome.events
        findings += outcome.findings
    }
}

extension AuditFinding {
    /// The order in which findings are told.
    fileprivate var place: Int64 {
        switch self {
        case .changed(let sequence, _), .removed(let sequence, _), .reordered(let sequence, _, _),
            .sealsRemoved(let sequence, _):
            sequence
        case .checkpointChanged(let last), .notAsAnchored(let last), .keyUnknown(let last, _): last
        case .cutOff(let after, _): after
        case .inserted(_, let sequence): sequence ?? .max
        case .beginningCutOff: .min
        case .anchorUnreadable: .max
        }
    }
}
