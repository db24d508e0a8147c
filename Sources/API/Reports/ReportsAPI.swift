import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import NIOCore
import Sessions
package import Web
package import Work

/// Reports over a period, and what lead sources cost: `/v1/reports`.
package struct ReportsAPI: Sendable {
    private let reports: Reports
    private let costs: SourceCosts

    package init(reports: Reports, costs: SourceCosts) {
        self.reports = reports
        self.costs = costs
    }

    /// As what a report is answered.
    private enum Format: String, CaseIterable {
        case json, csv
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            report("reportSources", "/v1/reports/sources", .sources),
            report("reportSpeed", "/v1/reports/speed", .speed),
            report("reportConversion", "/v1/reports/conversion", .conversion),
            report("reportActivity", "/v1/reports/activity", .activity),
            report("reportVolume", "/v1/reports/volume", .volume),
            Route("listSourceCosts", .get, "/v1/reports/source-costs", limit: .api, .signedIn(list), keys: .workRead)
                .query(.optional("month", .text))
                .answers(.json(.all(.sourceCost)))
                .refuses(.forbidden),
            Route("setSourceCost", .put, "/v1/reports/source-costs", limit: .api, .signedIn(set), keys: .workWrite)
                .reads(.required("source", .text), .required("month", .text), .required("cost", .integer))
                .answers(.json(.sourceCost))
                .refuses(.forbidden),
        ]
    }

    /// `GET /v1/reports/…?from=2026-01-01&to=2026-12-31&format=csv`.
    private func report(_ name: String, _ path: String, _ subject: Report.Subject) -> Route {
        Route(name, .get, path, limit: .api, .signedIn { try await answer($0, subject) }, keys: .workRead)
            .query(.optional("from", .text), .optional("to", .text), .optional("format", .choice(Format.self)))
            .answers(.json(.report(subject)), .media("text/csv"))
            .refuses(.forbidden)
    }

    private func answer(_ signedIn: SignedInCall, _ subject: Report.Subject) async throws -> Response {
        var fields = signedIn.call.query
        let (from, to) = (Self.day("from", &fields), Self.day("to", &fields))
        let format = fields.choice("format", Format.self) ?? .json
        var period: ReportPeriod?
        if let from, let to {
            period = ReportPeriod(from: from, through: to)
            if period == nil { fields.refuse("to", "out_of_range", "At most three years, the first day first.") }
        }
        try fields.finish()
        guard let period else { throw Problem(.internalError) }
        guard case .done(let report, let zone) = try await reports.report(signedIn.scope, subject, period) else {
            throw Problem(.forbidden)
        }
        switch format {
        case .json:
            return Response.json(capacity: 8192) { json in
                json.object { object in
                    object.member("from", period.first.text)
                    object.member("to", period.last.text)
                    object.member("timeZone", zone.name)
                    object.key("data")
                    report.write(to: &object)
                }
            }
        case .csv:
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/csv; charset=utf-8; header=present",
                    .contentDisposition: "attachment; filename=\"\(subject.rawValue).csv\"",
                ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: report.csv)))
        }
    }

    private static func day(_ name: String, _ fields: inout QueryFields) -> CalendarDay? {
        guard let text = fields.text(name) else {
            fields.refuse(name, "required", "Give a day such as 2026-01-31.")
            return nil
        }
        guard let day = CalendarDay(text), CalendarDay.plannable.contains(day) else {
            fields.refuse(name, "invalid_date", "Give a day such as 2026-01-31.")
            return nil
        }
        return day
    }

    /// `GET /v1/reports/source-costs?month=2026-01`, by owner and admin.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let month = fields.text("month").flatMap(YearMonth.init)
        if month == nil { fields.refuse("month", "invalid_date", "Give a month such as 2026-01.") }
        try fields.finish()
        guard let month else { throw Problem(.internalError) }
        let all = try Self.costs(try await costs.all(signedIn.scope, in: month))
        return Response.json { json in
            json.object { object in
                object.key("data")
                object.array { list in all.forEach { $0.write(to: &list) } }
            }
        }
    }

    /// `PUT /v1/reports/source-costs` `{source, month, cost}`, by owner and admin.
    @Sendable private func set(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(SourceCostDraft.self)
        let set = try Self.costs(try await costs.set(signedIn.scope, draft))
        return Response.json { json in set.forEach { $0.write(to: &json) } }
    }

    private static func costs(_ outcome: SourceCosts.Outcome) throws -> [SourceCost] {
        switch outcome {
        case .done(let costs): return costs
        case .invalid(let problems): throw Problem(problems)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}
