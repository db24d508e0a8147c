/// Lends texts to C as an array of C strings that ends with a null pointer.
enum CStrings {
    /// Calls `body` with the array, which is valid only until it returns. No text may hold a NUL byte.
    static func lend<T>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> T
    ) throws -> T? {
        var bytes: [CChar] = []
        var offsets: [Int] = []
        for text in texts {
            offsets.append(bytes.count)
            bytes.append(contentsOf: text.utf8.lazy.map { CChar(bitPattern: $0) })
            bytes.append(0)
        }
        return try unsafe bytes.withUnsafeBufferPointer { buffer -> T? in
            var pointers: [UnsafePointer<CChar>?] = unsafe offsets.map { offset in
                unsafe buffer.baseAddress.map { unsafe $0 + offset }
            }
            unsafe pointers.append(nil)
            return try unsafe pointers.withUnsafeBufferPointer { pointers in
                guard let start = pointers.baseAddress else { return nil }
                return try unsafe body(start)
            }
        }
    }
}
