import Core
import Storage

/// Goes from checkpoint to checkpoint, and looks whether each is genuine and begins where the one before ends.
struct CheckpointWalk {
    private static let page = 500

    private let log: SealedLog
    private let keys: AuditKeys
    private var expected: Int64
    private var previousMAC: Fingerprint?
    private var waiting: [Checkpoint] = []
    private var last: Int64
    private var isOver = false
    private(set) var findings: [AuditFinding] = []

    init(log: SealedLog, keys: AuditKeys) {
        self.log = log
        self.keys = keys
        expected = log.firstSequence
        last = log.firstSequence - 1
        previousMAC = log.firstSequence == 1 ? .zero : nil
    }

    /// Checkpoints of about `size` events that follow each other, or one larger; `nil` after the last.
    mutating func next(upTo size: Int, from database: any Database) async throws -> [Checkpoint]? {
        var piece: [Checkpoint] = []
        var events: Int64 = 0
        while events < size {
            if waiting.isEmpty { try await fill(from: database) }
            guard let checkpoint = waiting.popLast() else { break }
            guard isGenuine(checkpoint) else { continue }
            piece.append(checkpoint)
            events += checkpoint.size
        }
        if piece.isEmpty, expected <= log.sequence {
            findings.append(.sealsRemoved(from: expected, through: log.sequence))
            expected = log.sequence + 1
        }
        return piece.isEmpty ? nil : piece
    }

    private mutating func fill(from database: any Database) async throws {
        guard !isOver else { return }
        let rows = try await database.rows(
            """
            SELECT \(Checkpoint.columns) FROM security_checkpoint
            WHERE last_sequence > \(last) AND last_sequence <= \(log.sequence) ORDER BY last_sequence LIMIT \(Self.page)
            """)
        waiting = try rows.map(Checkpoint.init).reversed()
        last = waiting.first?.lastSequence ?? last
        isOver = rows.count < Self.page
    }

    private mutating func isGenuine(_ checkpoint: Checkpoint) -> Bool {
        let (last, first) = (checkpoint.lastSequence, checkpoint.firstSequence)
        guard let key = keys.named(checkpoint.keyID) else {
            findings.append(.keyUnknown(last: last, keyID: checkpoint.keyID))
            return skip(past: last)
        }
        var code = SealCode(key)
        guard code.checkpoint(checkpoint) == checkpoint.mac, first <= last, first >= expected else {
            findings.append(.checkpointChanged(last: last))
            return skip(past: last)
        }
        if first > expected {
            findings.append(.checkpointChanged(last: first - 1))
        } else if let previousMAC, previousMAC != checkpoint.previousMAC {
            findings.append(.checkpointChanged(last: last))
        }
        expected = last + 1
        previousMAC = checkpoint.headMAC
        return true
    }

    /// The events under a checkpoint that is not genuine cannot be proven; the walk goes on with the next one.
    private mutating func skip(past last: Int64) -> Bool {
        expected = max(expected, last + 1)
        previousMAC = nil
        return false
    }
}
