import Storage

/// Runs work on connections of a pool, and runs it again after a deadlock, a serialisation failure or a stale prepared statement.
struct PostgresTransaction {
    private static let mostTries = 5

    let pool: ConnectionPool

    /// Runs `body` between `begin` and `COMMIT`; on a throw, between `begin` and `ROLLBACK`.
    func run<T>(_ begin: String, _ body: (any SQLSession) throws -> T) throws -> T {
        var isFirstConnection = true
        return try tryingAgain { connection in
            let session = PostgresSession(connection, opening: begin)
            do {
                let value = try body(session)
                try session.commit()
                return value
            } catch {
                if session.wasNeverOpened, isFirstConnection {
                    // Nothing was committed, so the work may begin anew on another connection.
                    isFirstConnection = false
                    throw AnotherConnection()
                }
                if !connection.isBroken { _ = try? connection.command("ROLLBACK") }
                if let failure = session.failure, failure.asksForAnotherTry { throw failure }
                throw error
            }
        }
    }

    /// Runs `work` on a connection; up to ``mostTries`` times when it lost against another transaction. Throws ``StorageError``s, and whatever
    /// else `work` throws.
    func tryingAgain<T>(_ work: (PostgresConnection) throws -> T) throws -> T {
        var tries = 1
        while true {
            let connection = try pool.checkOut()
            defer { pool.checkIn(connection) }
            do {
                return try work(connection)
            } catch is AnotherConnection {
                continue
            } catch let failure as PostgresFailure {
                if failure.isOutOfDate, !connection.isBroken { try? connection.forgetPrepared() }
                guard failure.asksForAnotherTry, !failure.isBroken, tries < Self.mostTries else {
                    throw failure.storageError
                }
                pool.pause(afterTry: tries)
                tries += 1
            }
        }
    }

    /// The connection was dead before the work began.
    private struct AnotherConnection: Error {}
}
