/// Windows-1252, in which old Windows programs write; with the control characters that the web's standard gives to its five empty places.
enum Windows1252 {
    private static let upper: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// Appends the character of a byte as UTF-8.
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0..<0x80: bytes.append(byte)
        case 0x80..<0xA0: UTF16Reader.append(UInt32(upper[Int(byte) - 0x80]), to: &bytes)
        default: UTF16Reader.append(UInt32(byte), to: &bytes)
        }
    }
}
