import CCBOR

/// Where a CBOR item ends, and whether it is safe to hand to a decoder that builds it in memory.
///
/// libcbor's `cbor_load` sets aside memory for as many elements as an array claims to have, so nine bytes could take all
/// memory of the server; it allows 2,048 levels; and libfido2 1.12 ignores what follows an item. So every item is walked
/// once with libcbor's streaming decoder, which allocates nothing, before anything builds it.
enum CBORBounds {
    /// What the item in front of the decoder is, as its callbacks tell.
    private struct Head {
        /// How many items it contains.
        var children = 0
        var isRefused = false
    }

    /// The number of bytes of the item at the beginning of `bytes`.
    ///
    /// `nil` when there is none, when it is cut off, when containers are nested deeper than `deepest`, and when it has tags or
    /// an indefinite length, which CTAP2's canonical form forbids.
    package static func length(of bytes: [UInt8], deepest: Int) -> Int? {
        var callbacks = callbacks
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var read = 0
            // How many items each open container still lacks, and all of them together. Each takes a byte at least, so
            // whatever asks for more than there are bytes is a lie.
            var missing = [1]
            var owed = 1
            while let wanted = missing.last {
                guard wanted > 0 else {
                    missing.removeLast()
                    continue
                }
                var head = Head()
                let result = unsafe cbor_stream_decode(start + read, buffer.count - read, &callbacks, &head)
                guard result.status == CBOR_DECODER_FINISHED, !head.isRefused else { return nil }
                read += result.read
                owed -= 1
                guard head.children <= buffer.count - read - owed else { return nil }
                owed += head.children
                missing[missing.count - 1] -= 1
                if head.children > 0 { missing.append(head.children) }
                guard missing.count <= deepest + 1 else { return nil }
            }
            return read
        }
    }

    /// A `size_t` beyond `Int.max` arrives as a negative number.
    private static func enter(_ context: UnsafeMutableRawPointer?, containing count: Int, times factor: Int) {
        guard let head = unsafe context?.assumingMemoryBound(to: Head.self) else { return }
        let (children, overflow) = count.multipliedReportingOverflow(by: factor)
        unsafe head.pointee.children = children
        if overflow || children < 0 { unsafe refuse(context) }
    }

    private static func refuse(_ context: UnsafeMutableRawPointer?) {
        guard let head = unsafe context?.assumingMemoryBound(to: Head.self) else { return }
        unsafe head.pointee.children = 0
        unsafe head.pointee.isRefused = true
    }

    /// What is not named here is a scalar or a string, and fine.
    private static var callbacks: cbor_callbacks {
        var callbacks = cbor_empty_callbacks
        unsafe callbacks.array_start = { unsafe CBORBounds.enter($0, containing: $1, times: 1) }
        unsafe callbacks.map_start = { unsafe CBORBounds.enter($0, containing: $1, times: 2) }
        unsafe callbacks.tag = { context, _ in unsafe CBORBounds.refuse(context) }
        unsafe callbacks.byte_string_start = { unsafe CBORBounds.refuse($0) }
        unsafe callbacks.string_start = { unsafe CBORBounds.refuse($0) }
        unsafe callbacks.indef_array_start = { unsafe CBORBounds.refuse($0) }
        unsafe callbacks.indef_map_start = { unsafe CBORBounds.refuse($0) }
        unsafe callbacks.indef_break = { unsafe CBORBounds.refuse($0) }
        return callbacks
    }
}
