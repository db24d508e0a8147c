import Storage

/// Runs pieces of work on connections of a pool, and again where PostgreSQL asks for it.
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
                    // Nothing was said yet that could have had an effect, so another connection may take its place.
                    isFirstConnection = false
                    throw AnotherConnection()
                }
                if !connection.isBroken { _ = try? connection.command("ROLLBACK") }
                if let failure = session.failure, failure.asksForAnotherTry { throw failure }
                throw error
            }
        }
    }

    /// Runs `work` on a connection; again, a few times, when it lost against another transaction. Comes out with
    /// ``StorageError``s and whatever `work` throws of its own.
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
