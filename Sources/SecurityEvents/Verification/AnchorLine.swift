import Core
import FoundationEssentials

/// A checkpoint as it is kept elsewhere: one line of JSON.
package struct AnchorLine: Sendable, Hashable {
    /// Its place in the file that it was read from, from 1.
    package let line: Int
    /// `nil` when the line is no checkpoint.
    let copy: Copy?

    /// What an anchor holds of a checkpoint.
    struct Copy: Sendable, Hashable, Codable {
        let first: Int64
        let last: Int64
        let root: String
        let head: String
        let key: String
        let mac: String

        init(_ checkpoint: Checkpoint) {
            first = checkpoint.firstSequence
            last = checkpoint.lastSequence
            root = checkpoint.root.hex
            head = checkpoint.headMAC.hex
            key = checkpoint.keyID
            mac = checkpoint.mac.hex
        }
    }

    /// The lines of an anchor's file. Empty ones are passed over; a last one without an end is one that a crash has cut, and is passed
    /// over as well: the checkpoint was written again after it.
    package static func lines(of bytes: [UInt8]) -> [AnchorLine] {
        var lines: [AnchorLine] = []
        let pieces = bytes.split(separator: 10, omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() where !piece.isEmpty && index + 1 < pieces.count {
            lines.append(
                AnchorLine(line: index + 1, copy: try? JSONDecoder().decode(Copy.self, from: Data(Array(piece)))))
        }
        return lines
    }
}

extension Checkpoint {
    /// The line that goes to an anchor, with its end.
    package var anchorLine: [UInt8] {
        let copy = AnchorLine.Copy(self)
        var json = JSONWriter(capacity: 400)
        json.object { object in
            object.member("first", copy.first)
            object.member("last", copy.last)
            object.member("at", sealedAt)
            object.member("root", copy.root)
            object.member("head", copy.head)
            object.member("key", copy.key)
            object.member("mac", copy.mac)
        }
        return json.bytes + [10]
    }
}
