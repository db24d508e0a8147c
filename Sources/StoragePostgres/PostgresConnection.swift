import CPostgres
import Core
import Storage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One connection to PostgreSQL, with the statements that were prepared on it.
///
/// `@unchecked Sendable`: one thread at a time uses it. It goes from thread to thread only through ``ConnectionPool``,
/// whose lock orders the uses.
@safe final class PostgresConnection: @unchecked Sendable {
    let handle: OpaquePointer
    /// The statements that the server keeps ready for us.
    var prepared = PreparedNames()
    private let string: ConnectionString

    /// Connects, which blocks this thread for some milliseconds, or for seconds when nobody answers.
    ///
    /// Throws ``StorageError/unavailable(_:)`` with the reason, for the operator; passwords are taken out of it.
    init(_ string: ConnectionString, queryTimeout: Duration) throws {
        let opened = try unsafe CStrings.lend(string.keywords) { keywords in
            try unsafe CStrings.lend(string.values.exposed) { values in
                unsafe PQconnectdbParams(keywords, values, 1)
            }
        }
        guard case .some(.some(.some(let handle))) = unsafe opened else {
            throw StorageError.unavailable("out of memory while connecting to PostgreSQL")
        }
        unsafe self.handle = unsafe handle
        self.string = string
        // From here on a throw runs `deinit`, which lets the connection go.
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            var failure = lastFailure()
            failure.message = TLSAdvice.added(to: failure.message)
            throw failure.storageError
        }
        // Notices would go to the standard error output, past the log.
        unsafe _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
        do {
            try command("SET statement_timeout = \(max(0, queryTimeout.milliseconds))")
        } catch let failure as PostgresFailure {
            throw failure.storageError
        }
    }

    deinit { unsafe PQfinish(handle) }

    /// Whether the connection is gone, as far as libpq has noticed.
    var isBroken: Bool { unsafe PQstatus(handle) != CONNECTION_OK }

    /// Whether no transaction is open and nothing is on its way, so that the next job may have the connection.
    var isIdle: Bool {
        unsafe !isBroken && PQtransactionStatus(handle) == PQTRANS_IDLE && PQpipelineStatus(handle) == PQ_PIPELINE_OFF
    }

    /// Whether an idle connection still works.
    ///
    /// A server sends nothing to an idle connection except when it closes it, so if there is nothing to read it works, and finding that out
    /// costs no round trip. If there is something, one round trip tells whether it was the end or a mere notice.
    func isAlive() -> Bool {
        guard isIdle else { return false }
        var socket = unsafe pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&socket, 1, 0) != 0 else { return true }
        guard unsafe PQconsumeInput(handle) == 1 else { return false }
        return (try? command("SELECT 1")) != nil
    }

    /// Runs a statement without values whose rows nobody needs, and returns its tag, such as `COMMIT`.
    @discardableResult
    func command(_ text: String) throws -> String {
        let result = unsafe PostgresResult(PQexec(handle, text))
        if let failure = failure(of: result) { throw failure }
        return result.tag
    }

    /// Why `result` is no success; `nil` when it is one.
    func failure(of result: PostgresResult) -> PostgresFailure? {
        if result.isSuccess { return nil }
        var failure = result.failure ?? lastFailure()
        failure.isBroken = isBroken
        failure.message = string.redacted(failure.message)
        return failure
    }

    /// The last error of libpq itself.
    func lastFailure() -> PostgresFailure {
        let text = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
        return PostgresFailure(
            message: text.isEmpty ? "the connection to PostgreSQL failed" : string.redacted(text), isBroken: isBroken)
    }
}
