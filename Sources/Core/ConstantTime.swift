/// Comparisons whose duration tells nothing about the bytes compared.
package enum ConstantTime {
    /// Whether both hold the same bytes, in a time that depends on their length alone (ASVS 11.2.4).
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(left, right) { difference |= a ^ b }
        return difference == 0
    }
}
