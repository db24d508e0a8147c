import CPostgres
import Storage

extension PostgresConnection {
    /// What the server said to one statement.
    typealias Answer = (result: PostgresResult, entry: PreparedNames.Entry)

    /// Runs `statements` as one transaction in one round trip, and returns the rows of each.
    func batch(_ statements: [SQL]) throws -> [[Row]] {
        try exchange(statements).answers.map { result, entry in try rows(result, entry) }
    }

    /// Runs `statements` in one round trip and returns the answer to each, and the tag of `closing`.
    ///
    /// All are sent before the first answer is read, with one synchronisation point at the end: outside of a transaction the server runs
    /// what lies before such a point as one. `opening` and `closing`, such as `BEGIN` and `COMMIT`, go before and behind. What the
    /// connection sees for the first time is prepared on the way, right before it runs.
    func exchange(
        _ statements: [SQL], opening: String? = nil, closing: String? = nil
    ) throws -> (answers: [Answer], tag: String) {
        if opening == nil {
            if statements.isEmpty { return ([], try closing.map { try command($0) } ?? "") }
            if closing == nil, statements.count == 1 { return ([try execute(Call(statements[0]))], "") }
        }
        let steps = try steps(statements.map { try Call($0) }, opening, closing)
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw lastFailure() }
        // Whoever cannot send all of it does not synchronise: the server would keep what has arrived. The connection is given up.
        for step in steps { try send(step) }
        guard unsafe PQpipelineSync(handle) == 1 else { throw lastFailure() }

        var failure: PostgresFailure?
        let results = readPipeline(&failure)
        guard unsafe PQexitPipelineMode(handle) == 1 else { throw failure ?? lastFailure() }
        var answers: [Answer] = []
        // Answers come in order, so these are the steps that the server has carried out, also when a later one failed.
        for (step, result) in zip(steps, results) {
            switch step {
            case .command: break
            case .prepare(let key, let entry): prepared.remember(key, entry)
            case .execute(_, let entry): answers.append((result, entry))
            }
        }
        if let failure { throw failure }
        guard results.count == steps.count else { throw lastFailure() }
        return (answers, closing == nil ? "" : results.last?.tag ?? "")
    }

    /// What is sent to the server, each with an answer of its own.
    private enum Step {
        case command(String)
        case prepare(PreparedNames.Key, PreparedNames.Entry)
        case execute(Call, PreparedNames.Entry)
    }

    private func steps(_ calls: [Call], _ opening: String?, _ closing: String?) throws -> [Step] {
        let missing = Set(calls.lazy.map(\.key).filter { self.prepared[$0] == nil })
        if prepared.isFull(for: missing.count) { try forgetPrepared() }
        var steps = [opening.map(Step.command)].compactMap(\.self)
        var added: [PreparedNames.Key: PreparedNames.Entry] = [:]
        for call in calls {
            let entry: PreparedNames.Entry
            if let known = prepared[call.key] ?? added[call.key] {
                entry = known
            } else {
                entry = PreparedNames.Entry(name: prepared.newName())
                added[call.key] = entry
                steps.append(.prepare(call.key, entry))
            }
            steps.append(.execute(call, entry))
        }
        if let closing { steps.append(.command(closing)) }
        return steps
    }

    private func send(_ step: Step) throws {
        let sent: Int32
        switch step {
        case .command(let text):
            sent = unsafe PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1)
        case .prepare(let key, let entry):
            sent = unsafe key.types.withUnsafeBufferPointer { types in
                unsafe PQsendPrepare(handle, entry.name, key.text, Int32(types.count), types.baseAddress)
            }
        case .execute(let call, let entry):
            sent = unsafe call.parameters.lend { count, values, lengths, formats in
                unsafe PQsendQueryPrepared(handle, entry.name, count, values, lengths, formats, 1)
            }
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
        // The server may have said why before it hung up.
        failure?.isBroken = true
        return results
    }
}
