/// Statements, and what is made of their rows. Several are asked together with ``SQLSession/ask(_:)``, which on PostgreSQL is one round trip.
package struct Question<Answer> {
    let statements: [SQL]
    /// Takes the rows of its own statements off the front of all rows.
    let read: (inout ArraySlice<[Row]>) throws -> Answer

    private init(_ statements: [SQL], read: @escaping (inout ArraySlice<[Row]>) throws -> Answer) {
        self.statements = statements
        self.read = read
    }

    /// One statement. Those of `preparing` run before it; their rows are ignored.
    package init(after preparing: [SQL] = [], _ statement: SQL, read: @escaping ([Row]) throws -> Answer) {
        self.init(preparing + [statement]) { rest in
            rest = rest.dropFirst(preparing.count)
            return try read(rest.popFirst() ?? [])
        }
    }

    /// One without statements, whose answer is known already.
    package static func settled(_ answer: Answer) -> Question { Question([]) { _ in answer } }

    /// Several as one: their statements in that order, and what is made of their answers.
    package init<each Part>(
        _ part: repeat Question<each Part>, read: @escaping (repeat each Part) throws -> Answer
    ) {
        var statements: [SQL] = []
        for part in repeat each part { statements += part.statements }
        self.init(statements) { rest in try read(repeat (try (each part).read(&rest))) }
    }
}

extension SQLSession {
    /// Runs the statements of all questions in order, each as it would run by itself, and returns their answers: one round trip.
    package func ask<each Answer>(_ question: repeat Question<each Answer>) throws -> (repeat each Answer) {
        let together = Question<(repeat each Answer)>(repeat each question) { (answer: repeat each Answer) in
            (repeat each answer)
        }
        var rows = try answers(to: together.statements)[...]
        // An answer that is missing must not be taken for one that is empty.
        guard rows.count == together.statements.count else { throw StorageError.failed("an answer is missing") }
        return try together.read(&rows)
    }
}
