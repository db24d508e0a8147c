import Core

/// Compares the checkpoints of the log with the copies of them in the anchor.
struct AnchorComparison {
    private let log: SealedLog
    private var waiting: [Int64: AnchorLine.Copy] = [:]
    private var found: [AuditFinding] = []

    init(_ lines: [AnchorLine], log: SealedLog, keys: AuditKeys) {
        self.log = log
        for line in lines {
            guard let copy = line.copy else {
                found.append(.anchorUnreadable(line: line.line))
                continue
            }
            // The same checkpoint may be there twice: after a crash it is written again, because it may not have been written before.
            if let other = waiting.updateValue(copy, forKey: copy.last), other != copy {
                found.append(.notAsAnchored(last: copy.last))
            }
        }
    }

    /// A checkpoint of the log.
    mutating func meet(_ checkpoint: Checkpoint) {
        guard let copy = waiting.removeValue(forKey: checkpoint.lastSequence) else { return }
        if copy != AnchorLine.Copy(checkpoint) { found.append(.notAsAnchored(last: checkpoint.lastSequence)) }
    }

    /// What did not agree; to be asked after the last checkpoint. Copies of checkpoints that were pruned since are no finding.
    func findings() -> [AuditFinding] {
        let kept = waiting.values.filter { $0.last >= log.firstSequence }
        var findings = found
        if let furthest = kept.map(\.last).max(), furthest > log.sequence {
            findings.append(.cutOff(after: log.sequence, expected: furthest))
        }
        findings += kept.filter { $0.last <= log.sequence }.map { .notAsAnchored(last: $0.last) }
        return findings
    }
}
