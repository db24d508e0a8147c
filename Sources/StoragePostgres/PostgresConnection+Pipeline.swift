import CPostgres
import Storage

extension PostgresConnection {
    /// Runs `statements` as one transaction in one round trip, and returns the rows of each.
    ///
    /// All are sent before the first answer is read, with one synchronisation point at the end: the server runs what lies
    /// before such a point as one transaction. What the connection sees for the first time is prepared before, so a
    /// statement cannot use a table that another of the same batch creates.
    func batch(_ statements: [SQL]) throws -> [[Row]] {
        let calls = try statements.map { try Call($0) }
        let entries = try prepare(calls)
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw lastFailure() }
        var failure: PostgresFailure?
        do {
            for (call, entry) in zip(calls, entries) { try send(call, entry) }
        } catch let error as PostgresFailure {
            failure = error
        }
        guard unsafe PQpipelineSync(handle) == 1 else { throw failure ?? lastFailure() }

        let results = readPipeline(&failure)
        guard unsafe PQexitPipelineMode(handle) == 1 else { throw failure ?? lastFailure() }
        if let failure { throw failure }
        guard results.count == calls.count else { throw lastFailure() }
        return try zip(results, entries).map { result, entry in try rows(result, entry) }
    }

    private func send(_ call: Call, _ entry: PreparedNames.Entry) throws {
        let sent = unsafe call.parameters.lend { count, values, lengths, formats in
            unsafe PQsendQueryPrepared(handle, entry.name, count, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lastFailure() }
    }

    /// Reads every answer up to the synchronisation point, whatever they say, so that the connection can go on. Keeps the
    /// first failure; one at the very end is the commit's.
    private func readPipeline(_ failure: inout PostgresFailure?) -> [PostgresResult] {
        var results: [PostgresResult] = []
        while !isBroken {
            // A null pointer ends the answer to one statement.
            guard let next = unsafe PQgetResult(handle) else { continue }
            let result = unsafe PostgresResult(next)
            if result.isPipelineEnd { return results }
            if result.isPassedOver { continue }
            if let problem = self.failure(of: result) {
                failure = failure ?? problem
            } else {
                results.append(result)
            }
        }
        failure = failure ?? lastFailure()
        return results
    }
}
