import Core
import Crypto

/// The authentication codes of the sealed log. Each kind begins with a letter of its own, so that none can be taken for another.
///
/// One value serves many codes, one after the other, and so allocates once.
struct SealCode {
    /// The HMAC after the key alone. Each code starts from a copy of it, which saves half of the hashing.
    private let begun: HMAC<SHA256>
    private var bytes: [UInt8] = []

    init(_ key: AuditKey) {
        begun = HMAC<SHA256>(key: key.key)
        bytes.reserveCapacity(256)
    }

    /// The link of the chain at `sequence`: over its place, the link before, and the event's leaf.
    mutating func link(_ sequence: Int64, after previous: Fingerprint, leaf: Fingerprint) -> Fingerprint {
        begin("L", sequence)
        previous.append(to: &bytes)
        leaf.append(to: &bytes)
        return Fingerprint(authenticating: bytes, continuing: begun)
    }

    /// Says that the batch is as it was sealed.
    mutating func checkpoint(_ checkpoint: Checkpoint) -> Fingerprint {
        begin("C", checkpoint.firstSequence)
        bytes.append(bigEndian: checkpoint.lastSequence)
        bytes.append(bigEndian: checkpoint.sealedAt.milliseconds)
        for part in [checkpoint.previousMAC, checkpoint.headMAC, checkpoint.root] { part.append(to: &bytes) }
        bytes.append(contentsOf: checkpoint.keyID.utf8)
        return Fingerprint(authenticating: bytes, continuing: begun)
    }

    /// Says that the log rightly begins at `sequence`: what came before was pruned.
    mutating func start(_ sequence: Int64) -> Fingerprint {
        begin("S", sequence)
        return Fingerprint(authenticating: bytes, continuing: begun)
    }

    /// Says that `kept` is what rightly remains of the event at `sequence`.
    mutating func remnant(_ kind: SealRemnant.Kind, _ sequence: Int64, _ kept: Fingerprint) -> Fingerprint {
        begin(kind == .pruned ? "P" : "E", sequence)
        kept.append(to: &bytes)
        return Fingerprint(authenticating: bytes, continuing: begun)
    }

    private mutating func begin(_ letter: Unicode.Scalar, _ sequence: Int64) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(UInt8(ascii: letter))
        bytes.append(bigEndian: sequence)
    }
}
