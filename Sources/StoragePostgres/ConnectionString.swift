import CPostgres
import Core
import Storage

/// What a connection is opened with, in libpq's keywords.
struct ConnectionString: Sendable {
    /// In order; of two with one keyword the later counts, and `dbname` stands for all that the URL says.
    let keywords: [String]
    /// The values of the keywords.
    let values: Secret<[String]>
    private let passwords: Secret<[String]>

    /// Reads the URL. Throws ``StorageError/failed(_:)`` when libpq cannot; the text of the URL never shows, because there is
    /// no telling where in a broken one the password ends.
    init(_ configuration: PostgresConfiguration) throws {
        let url = configuration.url.exposed
        guard !url.utf8.contains(0), let options = unsafe PQconninfoParse(url, nil) else {
            throw StorageError.failed(
                "The PostgreSQL URL cannot be read. It has the form postgres://user:password@host:5432/database; "
                    + "other characters than letters and digits in the password are written as %XX.")
        }
        defer { unsafe PQconninfoFree(options) }
        passwords = Secret(unsafe Self.passwords(options))

        // A dead network is noticed by keep-alives in about a minute, a server that never answers in five seconds. The
        // URL may say otherwise.
        var pairs = [
            ("connect_timeout", "5"), ("keepalives_idle", "30"), ("keepalives_interval", "10"),
            ("keepalives_count", "3"), ("dbname", url), ("client_encoding", "UTF8"),
            ("application_name", configuration.applicationName),
        ]
        if let mode = configuration.sslMode { pairs.append(("sslmode", mode)) }
        keywords = pairs.map(\.0)
        values = Secret(pairs.map(\.1))
    }

    /// `message` of libpq on one line, without any password.
    func redacted(_ message: String) -> String {
        var text = message
        for password in passwords.exposed { text = text.replacing(password, with: "…") }
        let lines = text.split { $0.isNewline }.map { $0.drop { $0 == " " || $0 == "\t" } }
        return lines.joined(separator: "; ")
    }

    private static func passwords(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String] {
        var passwords: [String] = []
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val, unsafe String(cString: keyword).hasSuffix("password") {
                let password = unsafe String(cString: value)
                if !password.isEmpty { passwords.append(password) }
            }
            unsafe option += 1
        }
        return passwords
    }
}
