import CPostgres
import Storage

extension PostgresConnection {
    /// A statement as it goes to the server.
    struct Call {
        let key: PreparedNames.Key
        let parameters: Parameters

        init(_ sql: SQL) throws {
            var (text, values) = sql.rendered(for: .postgres)
            guard !text.withUTF8({ unsafe $0.contains(0) }) else {
                throw StorageError.failed("a statement holds a NUL byte")
            }
            parameters = try Parameters(values)
            key = PreparedNames.Key(text: text, types: parameters.types)
        }
    }

    /// Runs one statement and returns its rows: one round trip, and one more when the connection sees it for the first time.
    func rows(_ sql: SQL) throws -> [Row] {
        let (result, entry) = try execute(Call(sql))
        return try rows(result, entry)
    }

    /// The rows of `result`, with the columns' names kept for the next time.
    func rows(_ result: PostgresResult, _ entry: PreparedNames.Entry) throws -> [Row] {
        let columns = entry.columns ?? result.columns()
        entry.columns = columns
        return try result.rows(columns)
    }

    /// Drops all prepared statements, on both sides.
    func forgetPrepared() throws {
        prepared.removeAll()
        try command("DEALLOCATE ALL")
    }

    /// Runs one statement: one round trip, and one more when the connection sees it for the first time.
    func execute(_ call: Call) throws -> Answer {
        let entry = try prepared[call.key] ?? prepare(call)
        let result = unsafe PostgresResult(
            call.parameters.lend { count, values, lengths, formats in
                unsafe PQexecPrepared(handle, entry.name, count, values, lengths, formats, 1)
            })
        if let failure = failure(of: result) { throw failure }
        return (result, entry)
    }

    private func prepare(_ call: Call) throws -> PreparedNames.Entry {
        if prepared.isFull(for: 1) { try forgetPrepared() }
        let entry = PreparedNames.Entry(name: prepared.newName())
        let types = call.key.types
        let result = unsafe PostgresResult(
            types.withUnsafeBufferPointer { types in
                unsafe PQprepare(handle, entry.name, call.key.text, Int32(types.count), types.baseAddress)
            })
        if let failure = failure(of: result) { throw failure }
        prepared.remember(call.key, entry)
        return entry
    }
}
