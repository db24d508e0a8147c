package import Accounts
import CRM
import Core
package import Storage

/// What a period has brought, by source, agent, stage and month. Owner and admin see everybody's; an agent their own row, over the clients that they
/// reach; a lender none.
package struct Reports: Sendable {
    let database: any Database
    private let settings: UserSettings

    package init(database: any Database, settings: UserSettings) {
        self.database = database
        self.settings = settings
    }

    /// How a request for a report ended.
    package enum Outcome: Sendable, Hashable {
        /// The report, and the zone in which its days begin.
        case done(Report, Zone)
        case forbidden
    }

    /// The report about `subject`, in days of the caller's zone.
    package func report(_ scope: Scope, _ subject: Report.Subject, _ period: ReportPeriod) async throws -> Outcome {
        guard scope.role != .lender else { return .forbidden }
        let settings = settings
        let question = try await database.read { session in
            let known = try session.answers(to: [UserSettings.query(scope.userID), Colleagues.query])
            return ReportQuestion(
                scope: scope, period: period, zone: try settings.settings(known[0].first).zone,
                colleagues: try Colleagues(known[1], for: scope))
        }
        let report: Report
        switch subject {
        case .sources: report = try await SourceReport(question: question).read(from: database)
        case .speed: report = try await SpeedReport(question: question).read(from: database)
        case .conversion: report = try await ConversionReport(question: question).read(from: database)
        case .activity: report = try await ActivityReport(question: question).read(from: database)
        case .volume: report = try await VolumeReport(question: question).read(from: database)
        }
        return .done(report, question.zone)
    }
}
