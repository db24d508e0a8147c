/// Writes a filter's index and entries in order, each through a buffer of its own.
struct BreachFilterWriter {
    private static let bufferSize = 1 << 20

    private let file: PositionedFile
    private let layout: BreachFilterLayout
    private var bucket = SealedBucket()
    private var index: [UInt8] = []
    private var indexOffset: Int64
    private var entryBytes: [UInt8] = []
    private var entryOffset: Int64
    private var lastSuffix: UInt32?

    /// The bucket that is being filled. Those before it are done.
    private(set) var current: Int
    /// How many entries those before it have.
    private(set) var entries: Int

    /// Continues `file` at the bucket `current`, before which there are `entries` entries.
    init(_ file: PositionedFile, layout: BreachFilterLayout, current: Int = 0, entries: Int = 0) {
        self.file = file
        self.layout = layout
        self.current = current
        self.entries = entries
        indexOffset = layout.indexOffset(of: current)
        entryOffset = layout.entryOffset(of: entries)
    }

    /// Adds a suffix to the current bucket. It must not be smaller than the one before; the same one counts once.
    package mutating func add(_ suffix: UInt32) throws {
        guard suffix != lastSuffix else { return }
        lastSuffix = suffix
        bucket.append(suffix, suffixBytes: layout.suffixBytes)
        // A size that no list reaches; past it the memory would no longer be bounded, and the count not fit its field.
        let count = bucket.count(suffixBytes: layout.suffixBytes)
        guard count <= BreachFilterLayout.mostEntriesInBucket, entries + count <= Int(UInt32.max) else {
            throw BreachFilter.Import.Failure.tooMany
        }
    }

    /// Ends the current bucket and the empty ones between it and `next`.
    package mutating func advance(to next: Int) throws {
        while current < next {
            try seal()
            current += 1
        }
    }

    /// Ends every bucket and the index.
    package mutating func finish() throws {
        try advance(to: layout.buckets)
        try seal()
        try flush()
    }

    /// Hands the buffers to the system. What the current bucket holds so far is not among it.
    package mutating func flush() throws {
        try file.write(index, at: indexOffset)
        indexOffset += Int64(index.count)
        index.removeAll(keepingCapacity: true)
        try file.write(entryBytes, at: entryOffset)
        entryOffset += Int64(entryBytes.count)
        entryBytes.removeAll(keepingCapacity: true)
    }

    private mutating func seal() throws {
        LittleEndian.append(UInt64(entries), bytes: 4, to: &index)
        LittleEndian.append(UInt64(bucket.seal(number: current, start: entries)), bytes: 4, to: &index)
        entryBytes.append(contentsOf: bucket.content)
        entries += bucket.count(suffixBytes: layout.suffixBytes)
        bucket.removeAll()
        lastSuffix = nil
        if max(index.count, entryBytes.count) >= Self.bufferSize { try flush() }
    }
}
