package import Core
package import Storage
import Synchronization

/// Says whether the right password of a sign-in is known from breaches: one of the reasons of the risk score.
///
/// A local list is asked on the spot, which takes microseconds. A service on the net is never waited for: what it said of the very same password
/// before counts, and it is asked again afterwards, when that is older than ``freshness``. Only a right password is ever asked about, so a
/// stranger's guesses are nobody else's business.
package final class SignInBreachCheck: Sendable {
    /// How long the answer "unknown" of a service counts; a list only grows, so "found" stays.
    static let freshness: Duration = .days(7)

    /// How many questions may be open at once; what comes on top is asked at the next sign-in.
    private static let most = 4

    private let isOn: Bool
    private let database: any Database
    private let world: World
    private let breaches: any BreachedPasswords
    private let open = Mutex<(next: Int, tasks: [Int: Task<Void, Never>])>((0, [:]))

    /// A check that does nothing unless it `isOn`.
    package init(isOn: Bool, database: any Database, world: World, breaches: any BreachedPasswords) {
        self.isOn = isOn
        self.database = database
        self.world = world
        self.breaches = breaches
    }

    /// What a service has said of the present password of an account.
    package struct Remembered: Sendable {
        package let at: Timestamp
        package let isFound: Bool

        package init(at: Timestamp, isFound: Bool) {
            self.at = at
            self.isFound = isFound
        }

        /// Reads ``columns``; `nil` when it was never asked.
        package init?(_ row: Row) throws {
            guard let at: Timestamp = try row.optional("breach_checked_at") else { return nil }
            self.at = at
            isFound = try row.optional("breach_found", as: Int64.self) == 1
        }
    }

    /// The columns of ``Remembered``, of the table `account_password`.
    package static let columns: SQL = "breach_checked_at, breach_found"

    /// Whether `password` is known from breaches, as far as that can be told at once. A list that cannot be read knows nothing.
    package func isBreached(_ password: Password, remembered: Remembered?) async -> Bool {
        guard isOn else { return false }
        if breaches.answersAtOnce { return await breaches.verdict(on: password) == .found }
        return remembered?.isFound ?? false
    }

    /// Asks the service for the next time, if that is due. Returns at once.
    ///
    /// The answer is written only while the password is the one that was set at `changedAt`.
    package func askForNextTime(
        _ password: Password, of account: AccountID, setAt changedAt: Timestamp, remembered: Remembered?
    ) {
        guard isOn, !breaches.answersAtOnce else { return }
        if let remembered, remembered.isFound || world.now() - remembered.at < Self.freshness { return }
        open.withLock { open in
            guard open.tasks.count < Self.most else { return }
            let number = open.next
            open.next += 1
            open.tasks[number] = Task {
                await ask(password, of: account, setAt: changedAt)
                self.open.withLock { $0.tasks[number] = nil }
            }
        }
    }

    /// Waits for the questions that are open.
    package func settled() async {
        for task in open.withLock({ Array($0.tasks.values) }) { await task.value }
    }

    private func ask(_ password: Password, of account: AccountID, setAt changedAt: Timestamp) async {
        let isFound: Bool
        switch await breaches.verdict(on: password) {
        case .found: isFound = true
        case .unknown: isFound = false
        case .unavailable: return
        }
        // What cannot be written now is asked again at the next sign-in.
        _ = try? await database.batch([
            """
            UPDATE account_password SET breach_checked_at = \(world.now()), breach_found = \(isFound ? 1 : 0)
            WHERE account_id = \(account) AND changed_at = \(changedAt)
            """
        ])
    }
}
