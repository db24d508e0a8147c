import Core

/// What is wrong with the log, and where.
package enum AuditFinding: Sendable, Hashable {
    /// The event at that place is not as it was sealed.
    case changed(sequence: Int64, event: EventID)
    /// The event at that place is gone, though it was never pruned.
    case removed(sequence: Int64, event: EventID)
    /// The event stands at one place and was sealed at another.
    case reordered(sequence: Int64, event: EventID, sealedAs: Int64)
    /// The event was never sealed, and is too old to be new; or its seal was not made by this program.
    case inserted(event: EventID, sequence: Int64?)
    /// The seals of these places are gone.
    case sealsRemoved(from: Int64, through: Int64)
    /// Nothing is there past `after`, though the log is known to have reached `expected`.
    case cutOff(after: Int64, expected: Int64)
    /// The log begins at that place, and nothing of ours says that what came before was pruned.
    case beginningCutOff(first: Int64)
    /// The checkpoint of the batch that ends there is not the one that was written.
    case checkpointChanged(last: Int64)
    /// The checkpoint and the anchored copy of it differ: the log was sealed anew from there on, or before.
    case notAsAnchored(last: Int64)
    /// The line of the anchor's file is no checkpoint of this log.
    case anchorUnreadable(line: Int)
    /// The batch that ends there was sealed under a key that is not in the ring.
    case keyUnknown(last: Int64, keyID: String)
}

extension AuditFinding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .changed(let sequence, let event): "event \(event) (sequence \(sequence)) was changed"
        case .removed(let sequence, let event): "event \(event) (sequence \(sequence)) was removed"
        case .reordered(let sequence, let event, let place):
            "event \(event) stands at sequence \(sequence) but was sealed as \(place): the log was reordered"
        case .inserted(let event, .some(let sequence)):
            "event \(event) was inserted with a seal (sequence \(sequence)) that is not ours"
        case .inserted(let event, .none): "event \(event) was inserted: it was never sealed"
        case .sealsRemoved(let from, let through): "the seals of sequence \(from) to \(through) were removed"
        case .cutOff(let after, let expected):
            "the log was cut off after sequence \(after); it had reached \(expected)"
        case .beginningCutOff(let first): "the log was cut off before sequence \(first), and not by retention"
        case .checkpointChanged(let last): "the checkpoint at sequence \(last) was changed or removed"
        case .notAsAnchored(let last):
            "the checkpoint at sequence \(last) is not the anchored one: the log was sealed anew"
        case .anchorUnreadable(let line): "line \(line) of the anchor is no checkpoint of this log"
        case .keyUnknown(let last, let keyID):
            "the batch up to sequence \(last) was sealed under key \(keyID), which is not in the key ring"
        }
    }
}

/// What a verification of the whole log came to.
package struct AuditReport: Sendable, Hashable {
    /// The places that were looked at; none when `last` is less than `first`.
    package let first: Int64
    package let last: Int64
    /// How many events were there and checked; the rest was pruned rightly.
    package internal(set) var events = 0
    /// What is wrong, at most some hundreds.
    package internal(set) var findings: [AuditFinding] = []

    /// Whether the log is as it was written.
    package var isWhole: Bool { findings.isEmpty }
}
