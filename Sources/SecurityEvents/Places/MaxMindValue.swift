import CMaxMind

/// Says that a database contradicts itself.
struct MaxMindCorruption: Error {}

/// One value of a database's data section, as libmaxminddb decodes it.
@safe struct MaxMindValue {
    let entry: MMDB_entry_data_s

    var isMap: Bool { unsafe entry.type == UInt32(MMDB_DATA_TYPE_MAP) }
    var isArray: Bool { unsafe entry.type == UInt32(MMDB_DATA_TYPE_ARRAY) }

    /// How many values lie in it directly: keys and values of a map, elements of an array.
    var children: Int {
        isMap ? unsafe 2 * Int(entry.data_size) : isArray ? unsafe Int(entry.data_size) : 0
    }

    /// The bytes of a string; they live as long as the database. libmaxminddb has checked that they lie inside it.
    var textBytes: UnsafeRawBufferPointer? {
        guard unsafe entry.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING) else { return nil }
        return unsafe UnsafeRawBufferPointer(start: entry.utf8_string, count: Int(entry.data_size))
    }

    /// A string of a sensible length; a damaged one can claim megabytes.
    var text: String? {
        guard let bytes = unsafe textBytes, bytes.count <= 200 else { return nil }
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    var double: Double? {
        guard unsafe entry.type == UInt32(MMDB_DATA_TYPE_DOUBLE) else { return nil }
        return unsafe entry.double_value
    }

    /// An unsigned number of 16 or 32 bits.
    var number: Int? {
        switch Int32(bitPattern: unsafe entry.type) {
        case MMDB_DATA_TYPE_UINT16: unsafe Int(entry.uint16)
        case MMDB_DATA_TYPE_UINT32: unsafe Int(entry.uint32)
        default: nil
        }
    }
}

/// Reads values one at a time, with a bound on how many.
///
/// libmaxminddb checks every offset, but its own path look-ups (`MMDB_aget_value` with a path) call themselves once per
/// level of nesting, in versions before 1.13 without end: a record that runs into some megabytes of `0xFF` overflows
/// the stack. So it is only ever asked for a single value here, which does not recurse, and the way through maps is
/// ours.
@safe struct MaxMindReader {
    private let database: UnsafePointer<MMDB_s>
    private var valuesLeft: Int

    /// A reader of `database`, which must outlive it. The default limit is ten times what a record of a real one has.
    init(_ database: UnsafePointer<MMDB_s>, limit: Int = 4_000) {
        unsafe self.database = database
        valuesLeft = limit
    }

    /// The value at `offset`, or the one that a pointer at `offset` points to.
    mutating func value(at offset: UInt32) throws(MaxMindCorruption) -> MaxMindValue {
        valuesLeft -= 1
        guard valuesLeft > 0 else { throw MaxMindCorruption() }
        var start = unsafe MMDB_entry_s(mmdb: database, offset: offset)
        var entry = unsafe MMDB_entry_data_s()
        var path: UnsafePointer<CChar>?
        guard unsafe MMDB_aget_value(&start, &entry, &path) == MMDB_SUCCESS, unsafe entry.has_data else {
            throw MaxMindCorruption()
        }
        return unsafe MaxMindValue(entry: entry)
    }

    /// The value under `key` of a map; `nil` when the map has none, or when `map` is no map.
    mutating func member(_ key: StaticString, of map: MaxMindValue?) throws(MaxMindCorruption) -> MaxMindValue? {
        guard let map, map.isMap else { return nil }
        var offset = unsafe map.entry.offset_to_next
        for _ in 0..<(unsafe map.entry.data_size) {
            guard let name = unsafe try value(at: offset).textBytes else { throw MaxMindCorruption() }
            let next = try offsetAfter(offset)
            if unsafe name.elementsEqual(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)) {
                return try value(at: next)
            }
            offset = try offsetAfter(next)
        }
        return nil
    }

    /// The first value of an array; `nil` when it is empty or no array.
    mutating func first(of array: MaxMindValue?) throws(MaxMindCorruption) -> MaxMindValue? {
        guard let array, array.isArray, unsafe array.entry.data_size > 0 else { return nil }
        return unsafe try value(at: array.entry.offset_to_next)
    }

    /// Walks through the value at `offset` with all that lies in it and all that its pointers lead to.
    ///
    /// Throws when something cannot be read, and when there is no end of it: a pointer that leads to what holds it.
    mutating func check(at offset: UInt32) throws(MaxMindCorruption) {
        var runs: [(offset: UInt32, count: Int)] = [(offset, 1)]
        while let run = runs.popLast() {
            guard run.count > 0 else { continue }
            let value = try value(at: run.offset)
            if let length = pointerLength(at: run.offset) {
                runs.append((run.offset + length, run.count - 1))
                unsafe runs.append((value.entry.offset_to_next, value.children))
            } else {
                unsafe runs.append((value.entry.offset_to_next, run.count - 1 + value.children))
            }
        }
    }

    /// Where the value at `offset` ends, with all that lies in it. Pointers count as themselves.
    private mutating func offsetAfter(_ offset: UInt32) throws(MaxMindCorruption) -> UInt32 {
        var next = offset
        var pending = 1
        while pending > 0 {
            pending -= 1
            let value = try value(at: next)
            if let length = pointerLength(at: next) {
                next += length
                continue
            }
            next = unsafe value.entry.offset_to_next
            pending += value.children
        }
        return next
    }

    /// How many bytes the pointer at `offset` takes; `nil` when no pointer lies there. libmaxminddb tells where it
    /// leads and not where it ends. `offset` is one that `value(at:)` has accepted, so all of the pointer lies inside.
    private func pointerLength(at offset: UInt32) -> UInt32? {
        guard unsafe offset < database.pointee.data_section_size else { return nil }
        let control = unsafe database.pointee.data_section[Int(offset)]
        guard control >> 5 == UInt8(MMDB_DATA_TYPE_POINTER) else { return nil }
        return UInt32((control >> 3) & 3) + 2
    }
}
