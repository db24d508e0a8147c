package import Core
import Storage

/// What a batch of sealed events amounts to: a few hundred bytes that fix every event in it, its place, and all that came before.
package struct Checkpoint: Sendable, Hashable {
    package let firstSequence: Int64
    package let lastSequence: Int64
    /// The chain's link before the batch.
    package let previousMAC: Fingerprint
    /// The chain's link of the last event.
    package let headMAC: Fingerprint
    /// The root of the Merkle tree over the leaves.
    package let root: Fingerprint
    /// The key of all codes of the batch.
    package let keyID: String
    package let sealedAt: Timestamp
    /// The authentication code over all of the above.
    package internal(set) var mac: Fingerprint

    /// How many events it holds.
    package var size: Int64 { lastSequence - firstSequence + 1 }

    init(
        firstSequence: Int64, lastSequence: Int64, previousMAC: Fingerprint, headMAC: Fingerprint, root: Fingerprint,
        keyID: String, sealedAt: Timestamp, code: inout SealCode
    ) {
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.previousMAC = previousMAC
        self.headMAC = headMAC
        self.root = root
        self.keyID = keyID
        self.sealedAt = sealedAt
        mac = .zero
        mac = code.checkpoint(self)
    }

    static var columns: SQL {
        "first_sequence, last_sequence, previous_mac, head_mac, root, key_id, sealed_at, mac"
    }

    init(_ row: Row) throws {
        firstSequence = try row.get("first_sequence")
        lastSequence = try row.get("last_sequence")
        previousMAC = try row.get("previous_mac")
        headMAC = try row.get("head_mac")
        root = try row.get("root")
        keyID = try row.get("key_id")
        sealedAt = try row.get("sealed_at")
        mac = try row.get("mac")
    }

    var insertion: SQL {
        """
        INSERT INTO security_checkpoint (\(Self.columns))
        VALUES (\(firstSequence), \(lastSequence), \(previousMAC), \(headMAC), \(root), \(keyID), \(sealedAt), \(mac))
        """
    }
}
