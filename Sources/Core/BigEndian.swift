extension FixedWidthInteger {
    /// The number's bytes, the most significant first: how numbers go into what is sealed or authenticated.
    package var bigEndianBytes: [UInt8] { unsafe withUnsafeBytes(of: bigEndian) { unsafe Array($0) } }
}

extension Int64 {
    /// The number whose ``Swift/FixedWidthInteger/bigEndianBytes`` these are; of more than eight bytes the last eight count.
    package init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self.init(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
}
