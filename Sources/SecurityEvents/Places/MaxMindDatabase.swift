package import Core

/// Which database of MaxMind's is in use.
package struct MaxMindEdition: Sendable, Hashable {
    /// What it calls itself: "GeoLite2-City".
    package let type: String
    package let builtAt: Timestamp
}

/// A MaxMind database that is followed as its file changes: what places and networks are looked up in.
struct MaxMindDatabase: Sendable {
    /// Says whether a database is of the kind that is wanted, and whole.
    typealias Check = @Sendable (MaxMindFile) throws(PlaceFileRefusal) -> Void

    private let file: FileContent<MaxMindFile>

    /// Opens the database at `path`; `nil` switches it off. Reads the whole file into memory (`MemoryFile` says why), so
    /// it blocks.
    init(path: String?, check: @escaping Check) {
        file = FileContent(path: path) { path, stamp throws(PlaceFileRefusal) in
            let copy = try MemoryFile(copying: path)
            stamp = copy.stamp
            let file = try MaxMindFile(copy)
            try check(file)
            return file
        }
    }

    var problem: String? { file.problem }

    /// The database in use.
    var edition: MaxMindEdition? { file.content.map { MaxMindEdition(type: $0.type, builtAt: $0.builtAt) } }

    /// What `read` makes of the record of `ip`; `nil` when the address is private or unlisted. In microseconds, without
    /// waiting.
    func look<Answer>(
        up ip: IPAddress, _ read: (inout MaxMindReader, MaxMindValue) throws(MaxMindCorruption) -> Answer?
    ) -> Answer? {
        guard ip.hasPlace, let file = file.content else { return nil }
        // A damaged record is one that says nothing.
        return try? file.look(up: ip, read)
    }

    /// See ``WatchedFile/reload()``.
    func reload() -> FileReload { file.reload() }
}

extension MaxMindFile {
    /// Throws unless the database says that it is of one of `kinds` and `accept` recognises some of its records, after
    /// a walk through thousands of them.
    func require(
        _ kinds: [String], called name: StaticString, otherwise empty: String,
        _ accept: (inout MaxMindReader, MaxMindValue) throws(MaxMindCorruption) -> Bool
    ) throws(PlaceFileRefusal) {
        guard kinds.contains(where: type.contains) else {
            throw PlaceFileRefusal(reason: "holds no \(name) but \(type.prefix(60))")
        }
        let accepted: Int
        do throws(MaxMindCorruption) { accepted = try check(accept) } catch { throw PlaceFileRefusal.damaged }
        guard accepted > 0 else { throw PlaceFileRefusal(reason: empty) }
    }
}
