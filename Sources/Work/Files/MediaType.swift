/// What a file is, told by its first bytes. Of what could run in a browser (HTML, SVG, scripts) it says no more than that it is bytes.
enum MediaType {
    /// How many bytes it looks at.
    static let looksAt = 4096
    static let unknown = "application/octet-stream"

    private static let signatures: [(offset: Int, bytes: [UInt8], type: String)] = [
        (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        (0, [0xFF, 0xD8, 0xFF], "image/jpeg"),
        (0, Array("GIF87a".utf8), "image/gif"), (0, Array("GIF89a".utf8), "image/gif"),
        (8, Array("WEBP".utf8), "image/webp"),
        (4, Array("ftypheic".utf8), "image/heic"), (4, Array("ftypheix".utf8), "image/heic"),
        (4, Array("ftypavif".utf8), "image/avif"),
        (0, Array("%PDF-".utf8), "application/pdf"),
        (4, Array("ftypmp42".utf8), "video/mp4"), (4, Array("ftypisom".utf8), "video/mp4"),
        (4, Array("ftypqt".utf8), "video/quicktime"),
        (0, Array("ID3".utf8), "audio/mpeg"),
        (0, [0x50, 0x4B, 0x03, 0x04], "application/zip"),
        (0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "application/x-ole-storage"),
        (0, Array("{\\rtf".utf8), "application/rtf"),
    ]

    /// The type of a file that begins with `first`.
    static func of(_ first: [UInt8]) -> String {
        for signature in signatures {
            let place = signature.offset..<(signature.offset + signature.bytes.count)
            if first.count >= place.upperBound, first[place].elementsEqual(signature.bytes) { return signature.type }
        }
        return isPlainText(first) ? "text/plain" : unknown
    }

    /// Text without a tag: what no browser could take for a page.
    private static func isPlainText(_ first: [UInt8]) -> Bool {
        guard !first.isEmpty, !first.contains(where: { $0 < 32 && ![9, 10, 12, 13].contains($0) }) else { return false }
        var text = first
        // The last character may be cut.
        if text.count == looksAt { text.removeLast(min(4, text.count)) }
        while let last = text.last, last >= 0x80, String(validating: text, as: UTF8.self) == nil, text.count > 3 {
            text.removeLast()
        }
        return String(validating: text, as: UTF8.self) != nil && !text.contains(UInt8(ascii: "<"))
    }
}
