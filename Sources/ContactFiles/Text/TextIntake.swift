/// The way in for a file's bytes: decides from the first 64 KiB what they are, drops the byte order mark and rewrites UTF-16.
///
/// What comes out has ASCII's separators and line ends where the file has them; its other letters are still in the file's encoding,
/// because only the row that contradicts can say so (``RowDecoder``).
struct TextIntake {
    static let prefixLength = 64 * 1024

    /// `nil` until it is decided.
    private(set) var guess: EncodingGuess?
    /// Why the file is no text; nothing comes out of it then.
    private(set) var refusal: FileProblem?
    private var prefix: [UInt8] = []
    private var wide: UTF16Reader?

    /// Whether the encoding is decided, so that what came out may be looked at.
    var isDecided: Bool { guess != nil || refusal != nil }

    mutating func feed(_ chunk: Span<UInt8>, into bytes: inout [UInt8]) {
        guard refusal == nil else { return }
        if isDecided { return passOn(chunk, into: &bytes) }
        prefix.append(span: chunk)
        if prefix.count >= Self.prefixLength { decide(isWhole: false, into: &bytes) }
    }

    /// Says that the file is over.
    mutating func finish(into bytes: inout [UInt8]) {
        if !isDecided { decide(isWhole: true, into: &bytes) }
        wide?.finish(into: &bytes)
    }

    private mutating func decide(isWhole: Bool, into bytes: inout [UInt8]) {
        let first = prefix
        prefix = []
        if let kind = Self.nameOfBinary(first) {
            refusal = FileProblem(
                line: 0, code: .notText, words: "This is \(kind), not a text file. Save it as CSV and upload that.",
                isRejection: true)
            return
        }
        let judged = first.count > Self.prefixLength ? Array(first[..<Self.prefixLength]) : first
        let guess = EncodingGuess(prefix: judged, isWhole: isWhole && judged.count == first.count)
        self.guess = guess
        switch guess.encoding {
        case .utf16LittleEndian: wide = UTF16Reader(isLittleEndian: true)
        case .utf16BigEndian: wide = UTF16Reader(isLittleEndian: false)
        case .utf8, .windows1252, nil: wide = nil
        }
        passOn(first.span.extracting(guess.markLength..<first.count), into: &bytes)
    }

    private mutating func passOn(_ chunk: Span<UInt8>, into bytes: inout [UInt8]) {
        if wide == nil { bytes.append(span: chunk) } else { wide?.read(chunk, into: &bytes) }
    }

    /// What people upload by mistake, known by its first bytes.
    private static func nameOfBinary(_ first: [UInt8]) -> String? {
        let kinds: [([UInt8], String)] = [
            (Array("PK\u{3}\u{4}".utf8), "an Excel workbook or a ZIP archive"),
            ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
            (Array("%PDF".utf8), "a PDF"),
            ([0x1F, 0x8B], "a gzip archive"),
            (Array("!BDN".utf8), "an Outlook mailbox"),
            (Array("SQLite format 3".utf8), "a database"),
        ]
        return kinds.first { first.starts(with: $0.0) }?.1
    }
}

extension [UInt8] {
    /// Appends all of them at once.
    mutating func append(span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
