package import Core

/// Tells where an address is, from the operator's own MaxMind database (`GEOIP_DATABASE_PATH`).
///
/// Without a database, or before its first good one, every place is unknown; nothing else depends on it.
package final class PlaceDatabase: WatchedFile {
    private let database: MaxMindDatabase

    /// Opens the database at `path`; `nil` switches places off. A file that cannot be used is no reason not to start:
    /// ``problem`` tells, and ``reload()`` finds a better one.
    ///
    /// Reads the whole file into memory, so it blocks.
    package init(path: String?) {
        database = MaxMindDatabase(path: path) { file throws(PlaceFileRefusal) in
            try file.require(
                ["City", "Country", "Enterprise"], called: "cities or countries", otherwise: "names no place"
            ) { reader, record throws(MaxMindCorruption) in
                try Place.read(&reader, record) != nil
            }
        }
    }

    package var label: String { "GeoIP file" }
    package var problem: String? { database.problem }

    /// The database in use.
    package var edition: MaxMindEdition? { database.edition }

    /// The place of `ip`; `nil` when it is private, unlisted, or nameless. In microseconds, without waiting.
    package func place(of ip: IPAddress) -> Place? { database.look(up: ip, Place.read) }

    /// Looks at the file again.
    package func reload() -> FileReload { database.reload() }
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
