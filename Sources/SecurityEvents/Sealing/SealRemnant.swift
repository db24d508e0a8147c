/// What a seal keeps of an event that was pruned before its batch, or of whose person was erased: enough to go on verifying the chain.
///
/// It is authenticated, so that who deletes or empties an event in the database cannot pass it off as pruned or erased.
struct SealRemnant: Sendable, Hashable {
    enum Kind: UInt8, Sendable {
        /// The event is gone; its leaf is kept.
        case pruned = 1
        /// What named a person is gone from the event; the commitment to it is kept.
        case erased = 2
    }

    let kind: Kind
    /// The leaf, or the commitment.
    let kept: Fingerprint
    let mac: Fingerprint

    /// A remnant for the seal at `sequence`, under the key of its batch.
    init(_ kind: Kind, of sequence: Int64, kept: Fingerprint, code: inout SealCode) {
        self.kind = kind
        self.kept = kept
        mac = code.remnant(kind, sequence, kept)
    }

    /// Reads the stored form; `nil` for anything else.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 65, let kind = bytes.first.flatMap(Kind.init),
            let kept = Fingerprint(Array(bytes[1..<33])), let mac = Fingerprint(Array(bytes[33...]))
        else { return nil }
        self.kind = kind
        self.kept = kept
        self.mac = mac
    }

    var bytes: [UInt8] { [kind.rawValue] + kept.bytes + mac.bytes }

    /// Whether the program itself has written it for that place.
    func isGenuine(at sequence: Int64, code: inout SealCode) -> Bool { code.remnant(kind, sequence, kept) == mac }
}
