import Core

/// Follows the chain through one batch, and finds out which event is wrong where it does not hold.
struct ChainCheck {
    private struct Suspect {
        let seal: StoredSeal
        let leaf: Fingerprint
        let previous: Fingerprint?
    }

    /// If more events than this do not fit, all are reported as changed: finding out which of them were only moved takes quadratic time.
    private static let mostCompared = 16

    private let checkpoint: Checkpoint
    private var code: SealCode
    private var tree = MerkleTree()
    private var expected: Int64
    /// The possible values of the previous link: as it is stored, and as it was computed.
    private var previous: [Fingerprint]
    private var suspects: [Suspect] = []
    private(set) var events = 0
    private(set) var findings: [AuditFinding] = []

    init(_ checkpoint: Checkpoint, code: SealCode) {
        self.checkpoint = checkpoint
        self.code = code
        expected = checkpoint.firstSequence
        previous = [checkpoint.previousMAC]
    }

    /// The next seal, and the leaf of its event if that is there.
    mutating func meet(_ seal: StoredSeal, leaf present: Fingerprint?) {
        if seal.sequence > expected {
            findings.append(.sealsRemoved(from: expected, through: seal.sequence - 1))
            previous = []
        }
        expected = seal.sequence + 1
        var leaf = present
        if present != nil { events += 1 }
        if let remnant = seal.remnant {
            let isGenuine = remnant.isGenuine(at: seal.sequence, code: &code)
            switch remnant.kind {
            case .pruned where present == nil && isGenuine: leaf = remnant.kept
            case .erased where isGenuine: break
            // A pruned event that is there again, or a remnant that is not ours.
            case .pruned, .erased: leaf = present.map { _ in .zero }
            }
        }
        guard let leaf else {
            findings.append(.removed(sequence: seal.sequence, event: seal.event))
            previous = [seal.mac].compactMap(\.self)
            return
        }
        tree.add(leaf)
        follow(seal, leaf)
    }

    private mutating func follow(_ seal: StoredSeal, _ leaf: Fingerprint) {
        let links = previous.map { code.link(seal.sequence, after: $0, leaf: leaf) }
        if let mac = seal.mac, let index = links.firstIndex(of: mac) {
            // It follows the computed link and not the stored one: the stored code before was changed, and nothing here.
            if index > 0, suspects.last?.seal.sequence == seal.sequence - 1 { tellChanged(suspects.removeLast().seal) }
            previous = [mac]
            return
        }
        if !previous.isEmpty { suspects.append(Suspect(seal: seal, leaf: leaf, previous: previous.first)) }
        previous = [seal.mac].compactMap(\.self) + links
    }

    /// After the last seal of the batch.
    mutating func finish() {
        if expected <= checkpoint.lastSequence {
            findings.append(.sealsRemoved(from: expected, through: checkpoint.lastSequence))
        }
        let isUnsuspected = suspects.isEmpty && findings.isEmpty
        resolve()
        guard isUnsuspected else { return }
        if previous.first != checkpoint.headMAC || tree.root() != checkpoint.root {
            findings.append(.checkpointChanged(last: checkpoint.lastSequence))
        }
    }

    private mutating func resolve() {
        guard suspects.count <= Self.mostCompared else { return suspects.forEach { tellChanged($0.seal) } }
        let codes = Set(suspects.compactMap(\.seal.mac))
        let links = codes.union(suspects.compactMap(\.previous)).union([checkpoint.previousMAC])
        var moved: Set<Int64> = []
        for suspect in suspects {
            let place = suspects.first { other in
                other.seal.sequence != suspect.seal.sequence
                    && links.contains { codes.contains(code.link(other.seal.sequence, after: $0, leaf: suspect.leaf)) }
            }
            guard let place else { continue }
            moved.insert(suspect.seal.sequence)
            findings.append(
                .reordered(
                    sequence: suspect.seal.sequence, event: suspect.seal.event, sealedAs: place.seal.sequence))
        }
        for suspect in suspects where !moved.contains(suspect.seal.sequence) {
            // An event behind one that was moved is right itself; only the link before it is another.
            let isRight = links.contains {
                code.link(suspect.seal.sequence, after: $0, leaf: suspect.leaf) == suspect.seal.mac
            }
            if !isRight { tellChanged(suspect.seal) }
        }
    }

    private mutating func tellChanged(_ seal: StoredSeal) {
        findings.append(.changed(sequence: seal.sequence, event: seal.event))
    }
}
