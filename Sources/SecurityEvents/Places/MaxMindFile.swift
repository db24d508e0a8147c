import CMaxMind
import Core

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One MaxMind database, open for looking up.
///
/// Whatever its bytes are, a look-up ends soon and inside them: it answers, finds nothing, or throws.
///
/// `@unchecked Sendable`: nothing is written after `init`, and libmaxminddb only reads in a look-up.
@safe final class MaxMindFile: @unchecked Sendable {
    private let database: UnsafeMutablePointer<MMDB_s>

    /// What the database says it is: "GeoLite2-City".
    let type: String
    /// When it was built.
    let builtAt: Timestamp

    /// Opens the database in `copy`. Throws when its frame cannot be right; what its records hold is not looked at.
    init(_ copy: borrowing MemoryFile) throws(PlaceFileRefusal) {
        guard Self.hasReadableMetadata(copy) else { throw PlaceFileRefusal.damaged }
        unsafe database = .allocate(capacity: 1)
        unsafe database.initialize(to: MMDB_s())
        let status = unsafe MMDB_open(copy.path, UInt32(MMDB_MODE_MMAP), database)
        guard status == MMDB_SUCCESS else {
            unsafe database.deallocate()
            throw PlaceFileRefusal(
                reason: "is no readable MaxMind database: \(unsafe Self.text(MMDB_strerror(status)))")
        }
        type = unsafe Self.text(database.pointee.metadata.database_type)
        builtAt = unsafe Timestamp(seconds: Int64(database.pointee.metadata.build_epoch & 0xFFFF_FFFF))
        // A tree that reaches past the file: older versions of libmaxminddb multiply in 32 bits and do not see it.
        let tree = unsafe UInt64(database.pointee.metadata.node_count) * UInt64(database.pointee.full_record_byte_size)
        guard tree + 16 < UInt64(copy.stamp.size) else { throw PlaceFileRefusal.damaged }
    }

    deinit {
        unsafe MMDB_close(database)
        unsafe database.deallocate()
    }

    /// Answers what `read` makes of the record of `ip`; `nil` when there is none.
    func look<Answer>(
        up ip: IPAddress, _ read: (inout MaxMindReader, MaxMindValue) throws(MaxMindCorruption) -> Answer?
    ) throws(MaxMindCorruption) -> Answer? {
        var status = MMDB_SUCCESS
        let found = unsafe ip.withSocketAddress { unsafe MMDB_lookup_sockaddr(database, $0, &status) }
        if status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR { return nil }
        guard status == MMDB_SUCCESS else { throw MaxMindCorruption() }
        guard unsafe found.found_entry else { return nil }
        var reader = unsafe MaxMindReader(database)
        return try read(&reader, reader.value(at: unsafe found.entry.offset))
    }

    /// Looks at some thousand nodes all over the search tree and walks through every record that they lead to. Throws
    /// when one of them cannot be right, and answers how many records `accept` recognised.
    func check(_ accept: (inout MaxMindReader, MaxMindValue) throws(MaxMindCorruption) -> Bool)
        throws(MaxMindCorruption) -> Int
    {
        let nodes = unsafe database.pointee.metadata.node_count
        var accepted = 0
        for number in stride(from: 0, to: nodes, by: Int(1 + nodes / 4_000)) {
            var node = unsafe MMDB_search_node_s()
            guard unsafe MMDB_read_node(database, number, &node) == MMDB_SUCCESS else { throw MaxMindCorruption() }
            for (type, offset) in unsafe [
                (node.left_record_type, node.left_record_entry.offset),
                (node.right_record_type, node.right_record_entry.offset),
            ] {
                guard type != MMDB_RECORD_TYPE_INVALID else { throw MaxMindCorruption() }
                guard type == MMDB_RECORD_TYPE_DATA else { continue }
                var walker = unsafe MaxMindReader(database)
                try walker.check(at: offset)
                var reader = unsafe MaxMindReader(database)
                if try accept(&reader, reader.value(at: offset)) { accepted += 1 }
            }
        }
        return accepted
    }

    /// Whether the metadata at the end can be opened without harm.
    ///
    /// libmaxminddb reads past the end when the file stops right behind the marker (to 1.13 at least), and unfolds
    /// nested and repeated metadata without bound. So the metadata is walked through first, as a data section of its
    /// own, which it is.
    private static func hasReadableMetadata(_ copy: borrowing MemoryFile) -> Bool {
        let marker: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        let tail = copy.tail(128 * 1024)
        guard let start = tail.lastStart(of: marker) else { return false }
        let metadata = Array(tail[(start + marker.count)...])
        guard metadata.count >= 32 else { return false }
        return unsafe metadata.withUnsafeBufferPointer { bytes in
            var section = unsafe MMDB_s()
            unsafe section.data_section = bytes.baseAddress
            unsafe section.data_section_size = UInt32(bytes.count)
            return unsafe withUnsafePointer(to: &section) { section in
                var reader = unsafe MaxMindReader(section, limit: 1_000)
                return (try? reader.check(at: 0)) != nil
            }
        }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}

extension PlaceFileRefusal {
    static let damaged = PlaceFileRefusal(reason: "is damaged or no MaxMind database")
}

extension [UInt8] {
    /// Where `pattern` begins for the last time.
    fileprivate func lastStart(of pattern: [UInt8]) -> Int? {
        guard count >= pattern.count else { return nil }
        return (0...(count - pattern.count)).last { start in
            self[start] == pattern[0] && self[start...].starts(with: pattern)
        }
    }
}

extension IPAddress {
    /// Calls `body` with the address in the form that C knows.
    fileprivate func withSocketAddress<Answer>(_ body: (UnsafePointer<sockaddr>) -> Answer) -> Answer {
        if isIPv4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            unsafe withUnsafeMutableBytes(of: &address.sin_addr) { unsafe $0.copyBytes(from: bytes) }
            return unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
            }
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }
}
