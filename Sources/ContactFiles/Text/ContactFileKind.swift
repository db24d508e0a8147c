/// What kind of file it is, as its first bytes tell.
package enum ContactFileKind: String, Sendable, Hashable, Codable, CaseIterable {
    case csv, vCard

    /// Looks at the first bytes of a file, of which 64 are enough.
    package init(firstBytes: [UInt8]) {
        let letters = firstBytes.prefix(64).filter { (65...90).contains($0 & 0xDF) || $0 == UInt8(ascii: ":") }
        let word = letters.prefix(11).map { $0 == UInt8(ascii: ":") ? $0 : $0 & 0xDF }
        self = word == Array("BEGIN:VCARD".utf8) ? .vCard : .csv
    }
}
