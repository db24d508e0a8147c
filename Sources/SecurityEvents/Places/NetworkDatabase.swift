package import Core

/// The network that an address belongs to, as the routers of the Internet know it: an autonomous system (RFC 1930).
package struct Network: Sendable, Hashable {
    /// Its number, 1 to 4,294,967,295.
    package let number: UInt32
    /// Who runs it; `nil` when the database does not say, or says what no database would.
    package let name: String?

    package init(number: UInt32, name: String? = nil) {
        self.number = number
        self.name = name.flatMap(Place.printable)
    }
}

extension Network: CustomStringConvertible {
    /// For people: "AS1221 Telstra Pty Ltd".
    package var description: String { name.map { "AS\(number) \($0)" } ?? "AS\(number)" }
}

/// Tells whose network an address belongs to, from the operator's own MaxMind database (`GEOIP_ASN_DATABASE_PATH`).
///
/// Without a database, or before its first good one, every network is unknown.
package final class NetworkDatabase: WatchedFile {
    private let database: MaxMindDatabase

    /// Opens the database at `path`; `nil` switches networks off. Reads the whole file into memory, so it blocks.
    package init(path: String?) {
        database = MaxMindDatabase(path: path) { file throws(PlaceFileRefusal) in
            try file.require(["ASN", "ISP"], called: "networks", otherwise: "names no network") {
                reader, record throws(MaxMindCorruption) in
                try Network.read(&reader, record) != nil
            }
        }
    }

    package var label: String { "GeoIP file of networks" }
    package var problem: String? { database.problem }

    /// The database in use.
    package var edition: MaxMindEdition? { database.edition }

    /// The network of `ip`; `nil` when it is private or unlisted. In microseconds, without waiting.
    package func network(of ip: IPAddress) -> Network? { database.look(up: ip, Network.read) }

    /// Looks at the file again.
    package func reload() -> FileReload { database.reload() }
}

extension Network {
    /// Reads the record of an ASN or ISP database.
    fileprivate static func read(
        _ reader: inout MaxMindReader, _ record: MaxMindValue
    ) throws(MaxMindCorruption) -> Network? {
        guard let number = try reader.member("autonomous_system_number", of: record)?.number,
            let number = UInt32(exactly: number), number > 0
        else { return nil }
        return Network(number: number, name: try reader.member("autonomous_system_organization", of: record)?.text)
    }
}
