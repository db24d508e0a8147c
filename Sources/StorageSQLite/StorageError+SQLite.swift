import GRDBSQLite
import Storage

import struct GRDB.DatabaseError

extension StorageError {
    /// What SQLite's (extended) result code means for the caller. `message` is SQLite's own and holds no values.
    init(resultCode: Int32, message: String) {
        switch resultCode & 0xFF {
        case SQLITE_CONSTRAINT: self = .constraintViolated(message)
        case SQLITE_INTERRUPT: self = .timedOut
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            self = .unavailable(message)
        default: self = .failed(message)
        }
    }

    /// The same for an error of GRDB: opening, preparing, and the use of a closed database.
    init(_ error: any Error) {
        switch error {
        case let error as StorageError: self = error
        case let error as DatabaseError where error.resultCode == .SQLITE_MISUSE && error.sql == nil:
            self = .unavailable(error.message ?? "the database is closed")
        case let error as DatabaseError:
            self.init(resultCode: error.extendedResultCode.rawValue, message: error.message ?? "error of SQLite")
        default: self = .failed("\(error)")
        }
    }
}
