/// The root of the Merkle tree over a batch's leaves (the tree of RFC 9162 §2.1.1): whoever holds it can be shown that an event is in the
/// batch by a handful of hashes, without the other events and without any key.
///
/// Built as the leaves come: it holds one hash for each level.
struct MerkleTree {
    private var roots: [(size: Int, hash: Fingerprint)] = []
    private var bytes: [UInt8] = []

    /// How many leaves it has.
    private(set) var count = 0

    init() { bytes.reserveCapacity(80) }

    /// Adds the next leaf: the hash of an event's canonical bytes.
    mutating func add(_ leaf: Fingerprint) {
        count += 1
        // 0 in front of a leaf and 1 in front of a node, so that a node cannot be passed off as a leaf.
        bytes.removeAll(keepingCapacity: true)
        bytes.append(0)
        leaf.append(to: &bytes)
        roots.append((1, Fingerprint(hashing: bytes)))
        while let right = roots.last, let left = roots.dropLast().last, left.size == right.size {
            roots.removeLast(2)
            roots.append((left.size * 2, node(left.hash, right.hash)))
        }
    }

    /// The root; zero when there is no leaf.
    mutating func root() -> Fingerprint {
        guard var hash = roots.last?.hash else { return .zero }
        for left in roots.dropLast().reversed() { hash = node(left.hash, hash) }
        return hash
    }

    private mutating func node(_ left: Fingerprint, _ right: Fingerprint) -> Fingerprint {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(1)
        left.append(to: &bytes)
        right.append(to: &bytes)
        return Fingerprint(hashing: bytes)
    }
}
