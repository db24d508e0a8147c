package import Core
import Synchronization

/// Tells where an address is, from the operator's own MaxMind database (`GEOIP_DATABASE_PATH`).
///
/// Without a database, or before its first good one, every place is unknown; nothing else depends on it.
package final class PlaceDatabase: Sendable {
    /// What became of looking at the file again.
    package enum ReloadOutcome: Sendable, Hashable {
        /// The file is the one in use, or none is configured.
        case unchanged
        /// The file was new and is in use now.
        case reloaded
        /// The file cannot be used, and the one before, if any, stays in use. The reason continues a sentence that
        /// begins with the file's name, and stays the same as long as the file does.
        case kept(reason: String)
    }

    /// Which database is in use.
    package struct Edition: Sendable, Hashable {
        /// What it calls itself: "GeoLite2-City".
        package let type: String
        package let builtAt: Timestamp
    }

    private struct State {
        var file: MaxMindFile?
        var problem: String?
    }

    private struct Examined {
        var stamp: FileStamp?
        var refusal: PlaceFileRefusal?
    }

    private let path: String?
    /// Held for as long as it takes to copy a reference, so that a look-up never waits for a reload.
    private let state = Mutex(State())
    /// The file that was looked at last. Its lock makes one reload wait for the other.
    private let examined = Mutex(Examined())

    /// Opens the database at `path`; `nil` switches places off. A file that cannot be used is no reason not to start:
    /// ``problem`` tells, and ``reload()`` finds a better one.
    ///
    /// Reads the whole file into memory (`MemoryFile` says why), so it blocks.
    package init(path: String?) {
        self.path = path
        _ = reload()
    }

    /// Why the file on disk is not in use; `nil` when it is, or when none is configured.
    package var problem: String? { state.withLock(\.problem) }

    /// The database in use.
    package var edition: Edition? {
        state.withLock(\.file).map { Edition(type: $0.type, builtAt: $0.builtAt) }
    }

    /// The place of `ip`; `nil` when it is private, unlisted, or nameless. In microseconds, without waiting.
    package func place(of ip: IPAddress) -> Place? {
        guard ip.hasPlace, let file = state.withLock(\.file) else { return nil }
        // A damaged record is a place that nobody knows.
        return try? file.look(up: ip, Place.read)
    }

    /// Looks at the file again, and takes it into use when it is another one (by time, size or inode) and a good one.
    ///
    /// To be called now and then, from a thread that may block: a new file is read whole. A file once refused is not
    /// read again until it changes.
    package func reload() -> ReloadOutcome {
        guard let path else { return .unchanged }
        return examined.withLock { examined in
            do throws(PlaceFileRefusal) {
                if try FileStamp(path: path) == examined.stamp {
                    if let refusal = examined.refusal { throw refusal }
                    state.withLock { $0.problem = nil }
                    return .unchanged
                }
                let file = try Self.open(path, noting: &examined)
                state.withLock { $0 = State(file: file) }
                return .reloaded
            } catch {
                state.withLock { $0.problem = error.reason }
                return .kept(reason: error.reason)
            }
        }
    }

    /// Opens the file at `path` and notes the verdict on it. One that could not be read whole is not noted, so that the
    /// next reload reads it again.
    private static func open(_ path: String, noting examined: inout Examined) throws(PlaceFileRefusal) -> MaxMindFile {
        let copy = try MemoryFile(copying: path)
        do throws(PlaceFileRefusal) {
            let file = try open(copy)
            examined = Examined(stamp: copy.stamp)
            return file
        } catch {
            examined = Examined(stamp: copy.stamp, refusal: error)
            throw error
        }
    }

    /// Opens what is in `copy` and tries it out.
    private static func open(_ copy: borrowing MemoryFile) throws(PlaceFileRefusal) -> MaxMindFile {
        let file = try MaxMindFile(copy)
        guard ["City", "Country", "Enterprise"].contains(where: file.type.contains) else {
            throw PlaceFileRefusal(reason: "holds no cities or countries but \(file.type.prefix(60))")
        }
        let places: Int
        do throws(MaxMindCorruption) {
            places = try file.check { (reader, record) throws(MaxMindCorruption) in
                try Place.read(&reader, record) != nil
            }
        } catch {
            throw PlaceFileRefusal.damaged
        }
        guard places > 0 else { throw PlaceFileRefusal(reason: "names no place") }
        return file
    }
}

extension Place {
    /// Reads the record of a City, Country or Enterprise database.
    ///
    /// The country is where the address is, not where its block is registered (`registered_country`): an address that
    /// has only the latter has no place.
    fileprivate static func read(
        _ reader: inout MaxMindReader, _ record: MaxMindValue
    ) throws(MaxMindCorruption) -> Place? {
        func name(_ thing: MaxMindValue?) throws(MaxMindCorruption) -> String? {
            try reader.member("en", of: reader.member("names", of: thing))?.text
        }
        let location = try reader.member("location", of: record)
        return Place(
            city: try name(reader.member("city", of: record)),
            region: try name(reader.first(of: reader.member("subdivisions", of: record))),
            country: try name(reader.member("country", of: record)),
            latitude: try reader.member("latitude", of: location)?.double,
            longitude: try reader.member("longitude", of: location)?.double,
            accuracyRadiusKilometres: try reader.member("accuracy_radius", of: location)?.number)
    }
}
