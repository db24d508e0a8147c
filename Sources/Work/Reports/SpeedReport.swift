import Accounts
import Core
import Storage

/// How soon somebody spoke with the clients that came in the period, by whose clients they are.
struct SpeedReport {
    let question: ReportQuestion

    private static let columns =
        Colleagues.columns + [
            Report.Column("clients", "Clients"), Report.Column("contacted", "Contacted"),
            Report.Column("medianSeconds", "Median in seconds"),
            Report.Column("within5Minutes", "Within 5 minutes in percent"),
            Report.Column("within1Hour", "Within 1 hour in percent"),
            Report.Column("within1Day", "Within 1 day in percent"), Report.Column("never", "Never"),
        ]

    /// The clients of one agent.
    private struct Waits {
        var clients: Int64 = 0
        /// In milliseconds, of those with whom somebody spoke.
        var waits: [Int64] = []

        func values() -> [Report.Cell] {
            let sorted = waits.sorted()
            func share(_ limit: Duration) -> Report.Cell {
                let number = Int64(sorted.count { $0 <= limit.milliseconds })
                return .share(clients == 0 ? nil : number * 10_000 / clients)
            }
            return [
                .count(clients), .count(Int64(waits.count)), .count(Median.of(sorted: sorted).map { $0 / 1000 }),
                share(.minutes(5)), share(.hours(1)), share(.days(1)), .count(clients - Int64(waits.count)),
            ]
        }
    }

    /// One row a client, in no order, along an index that has all of it. The median takes each of them anyway.
    var statement: SQL {
        """
        SELECT client.assigned_to, client.created_at, client.first_contact_at FROM client
        WHERE client.deleted_at IS NULL AND \(question.isInside("client.created_at"))
            AND \(question.isOwn("client.assigned_to"))
        """
    }

    func read(from database: any Database) async throws -> Report {
        let found = try await database.reduce(statement, into: [AccountID?: Waits]()) { waits, row in
            let agent: AccountID? = row.isNull(0) ? nil : try row.identifier(0)
            let came = try row.integer(1)
            waits[agent, default: Waits()].clients += 1
            guard !row.isNull(2) else { return }
            // Who was spoken with before they were entered did not wait.
            waits[agent, default: Waits()].waits.append(max(0, try row.integer(2) - came))
        }
        var report = Report(Self.columns)
        for agent in question.colleagues.all(and: found.keys.compactMap(\.self)) {
            report.rows.append(question.colleagues.values(agent) + (found[agent] ?? Waits()).values())
        }
        if let free = found[nil] { report.rows.append(question.colleagues.values(nil) + free.values()) }
        return report
    }
}

/// The middle of numbers: as many are below it as above.
enum Median {
    /// Of an even number of them the lower one of the two in the middle and the upper one, halved; `nil` of none.
    static func of(sorted numbers: [Int64]) -> Int64? {
        guard !numbers.isEmpty else { return nil }
        let (low, high) = (numbers[(numbers.count - 1) / 2], numbers[numbers.count / 2])
        return low + (high - low) / 2
    }
}
