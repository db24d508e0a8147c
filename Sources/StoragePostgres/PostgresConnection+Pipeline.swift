import CPostgres
import Storage

extension PostgresConnection {
    /// What the server said to one statement.
    typealias Answer = (result: PostgresResult, entry: PreparedNames.Entry)

    /// Runs `statements` as one transaction in one round trip, and returns the rows of each.
    func batch(_ statements: [SQL]) throws -> [[Row]] {
        try exchange(statements).answers.map { result, entry in try rows(result, entry) }
    }

    /// Runs `statements` in one pipeline and returns the answer to each, and the command tag of `closing`. `hear` is called with each answer when it
    /// arrives.
    ///
    /// All are sent before the first answer is read, with one synchronisation point (Sync) at the end. Outside of an explicit transaction the
    /// server runs everything up to a Sync as one implicit transaction. `opening` and `closing`, such as `BEGIN` and `COMMIT`, are sent before and
    /// after. A statement that this connection sees for the first time is prepared in the same pipeline, right before it runs.
    @discardableResult
    func exchange(
        _ statements: [SQL], opening: String? = nil, closing: String? = nil, hear: (Answer) -> Void = { _ in }
    ) throws -> (answers: [Answer], tag: String) {
        if opening == nil {
            if statements.isEmpty { return ([], try closing.map { try command($0) } ?? "") }
            if closing == nil, statements.count == 1 {
                let answer = try execute(Call(statements[0]))
                hear(answer)
                return ([answer], "")
            }
        }
        let steps = try steps(statements.map { try Call($0) }, opening, closing)
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw lastFailure() }
        // If not all of it can be sent, no Sync is: the server would commit what has arrived. The connection is closed instead.
        for step in steps { try send(step) }
        guard unsafe PQpipelineSync(handle) == 1 else { throw lastFailure() }

        var failure: PostgresFailure?
        var (carriedOut, tag) = (0, "")
        var answers: [Answer] = []
        readPipeline(&failure) { result in
            // Answers come in order, so these are the steps that the server has carried out, also when a later one failed.
            guard carriedOut < steps.count else { return }
            switch steps[carriedOut] {
            case .command: tag = result.tag
            case .prepare(let key, let entry): prepared.remember(key, entry)
            case .execute(_, let entry):
                answers.append((result, entry))
                hear((result, entry))
            }
            carriedOut += 1
        }
        guard unsafe PQexitPipelineMode(handle) == 1 else { throw failure ?? lastFailure() }
        if let failure { throw failure }
        guard carriedOut == steps.count else { throw lastFailure() }
        return (answers, closing == nil ? "" : tag)
    }

    /// What is sent to the server, each with an answer of its own.
    private enum Step {
        case command(String)
        case prepare(PreparedNames.Key, PreparedNames.Entry)
        case execute(Call, PreparedNames.Entry)
    }

    private func steps(_ calls: [Call], _ opening: String?, _ closing: String?) throws -> [Step] {
        // Looked up once: a long text takes a while to hash.
        var entries = calls.map { prepared[$0.key] }
        let missing = Set(zip(calls, entries).lazy.filter { $0.1 == nil }.map(\.0.key))
        if prepared.isFull(for: missing.count) {
            try forgetPrepared()
            entries = calls.map { _ in nil }
        }
        var steps = [opening.map(Step.command)].compactMap(\.self)
        var added: [PreparedNames.Key: PreparedNames.Entry] = [:]
        for (call, entry) in zip(calls, entries) {
            if let entry = entry ?? added[call.key] {
                steps.append(.execute(call, entry))
            } else {
                let entry = PreparedNames.Entry(name: prepared.newName())
                added[call.key] = entry
                steps += [.prepare(call.key, entry), .execute(call, entry)]
            }
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

    /// Reads every answer up to the synchronisation point, failures too, so that the connection can be used again, and calls `body` with the
    /// successes. Keeps the first failure; one that comes with the Sync is that of the implicit transaction's commit.
    private func readPipeline(_ failure: inout PostgresFailure?, _ body: (PostgresResult) -> Void) {
        while !isBroken {
            // A null pointer ends the answer to one statement.
            guard let next = unsafe PQgetResult(handle) else { continue }
            let result = unsafe PostgresResult(next)
            if result.isPipelineEnd { return }
            if result.isPassedOver { continue }
            if let problem = self.failure(of: result) {
                failure = failure ?? problem
            } else {
                body(result)
            }
        }
        failure = failure ?? lastFailure()
        // The server may have said why before it hung up.
        failure?.isBroken = true
    }
}
