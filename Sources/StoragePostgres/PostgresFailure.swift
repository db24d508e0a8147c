import Storage

/// What PostgreSQL or the way to it said, before it becomes a ``StorageError``.
struct PostgresFailure: Error {
    /// The SQLSTATE; empty when it was libpq that failed, not the server.
    var state = ""
    /// The primary message. The details are left out: they quote the data.
    var message: String
    /// The constraint that was violated, if it was one.
    var constraint: String?
    /// Whether the connection is gone.
    var isBroken = false

    /// Whether the whole transaction may simply be run again: it lost against another one (40001, 40P01), or the statements
    /// prepared on this connection no longer fit, because the schema changed under them or a proxy dropped them.
    var asksForAnotherTry: Bool {
        switch state {
        case "40001", "40P01": return true
        default: return isOutOfDate
        }
    }

    /// Whether the connection's prepared statements have to be made anew.
    var isOutOfDate: Bool { state == "26000" || (state == "0A000" && message.contains("cached plan")) }

    /// Whether it took too long, or waited too long for a lock.
    var isTimeout: Bool { isBrokenOff || state == "55P03" }

    /// Whether the server broke it off, such as for `statement_timeout`.
    var isBrokenOff: Bool { state == "57014" }

    /// What it means for the caller.
    var storageError: StorageError {
        if isBroken { return .unavailable(message) }
        if isTimeout { return .timedOut }
        switch state {
        // The transaction waits or idles too long; the server has closed the connection.
        case "25P03", "25P04": return .unavailable(message)
        default: break
        }
        if state.hasPrefix("23") { return .constraintViolated(constraint ?? message) }
        if ["08", "53"].contains(state.prefix(2)) || state.hasPrefix("57P") { return .unavailable(message) }
        return .failed(state.isEmpty ? message : "\(message) (SQLSTATE \(state))")
    }
}
