import GRDBSQLite
import Storage

import struct GRDB.Configuration
import class GRDB.DatabaseQueue

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The database file and the way it is opened.
struct SQLiteFile {
    let path: String

    /// Opens the connection that writes, making the file first when there is none.
    ///
    /// WAL, so that readers and the writer never wait for each other; `synchronous = FULL`, so that what was reported as
    /// committed survives a power cut. Throws ``StorageError/unavailable(_:)`` when the file cannot be opened.
    func writer() throws -> DatabaseQueue {
        try createForOwnerOnly()
        var configuration = Self.configuration
        configuration.journalMode = .wal
        do {
            let writer = try DatabaseQueue(path: path, configuration: configuration)
            // GRDB sets NORMAL when it turns on WAL, so this must come after.
            try writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return writer
        } catch {
            throw StorageError(error)
        }
    }

    /// Opens a connection that cannot write. There must be a writer.
    func reader() throws -> DatabaseQueue {
        var configuration = Self.configuration
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "gatehouse"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else {
                return try database.execute(sql: "PRAGMA cache_size = -8000")
            }
            // Whoever writes many rows writes to each of dozens of indexes. What of those is in memory need not be read again, and what is
            // written again and again comes to the file once in a while.
            try database.execute(sql: "PRAGMA cache_size = -24000")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 6000")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return configuration
    }

    /// The file holds password hashes and clients: nobody else on the machine may read it. SQLite gives the files beside
    /// it the same mode. A file that is there keeps the mode that its owner gave it.
    private func createForOwnerOnly() throws {
        let descriptor = unsafe path.withCString { path in unsafe Self.openFile(path) }
        guard descriptor >= 0 else {
            throw StorageError.unavailable("the database file \(path) cannot be opened (error \(errno))")
        }
        close(descriptor)
    }

    private static func openFile(_ path: UnsafePointer<CChar>) -> Int32 {
        unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    }
}
