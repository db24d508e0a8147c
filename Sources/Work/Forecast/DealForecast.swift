package import Accounts
package import Core
import Storage

/// What the deals of somebody bring in, month by month: won ones as they are, open ones by how likely they close.
package struct DealForecast: Sendable, Hashable {
    /// The deals that close in one month, or of which nobody has said when.
    package struct Month: Sendable, Hashable {
        /// `2026-01`; `nil` for those without a day.
        package let name: String?
        package var (count, won): (Int64, Int64) = (0, 0)
        /// In cents.
        package var (volume, commission): (Int64, Int64) = (0, 0)
        /// In hundredths of a cent: each deal times its probability in percent.
        private var (weighedVolume, weighedCommission): (Int64, Int64) = (0, 0)

        init(_ name: String?) { self.name = name }

        /// In cents, half a cent rounded up; once for the month.
        package var weightedVolume: Int64 { (weighedVolume + 50) / 100 }
        package var weightedCommission: Int64 { (weighedCommission + 50) / 100 }

        /// Stays at the greatest number instead of going beyond it: what nobody has sold stops no server.
        private static func sum(_ sum: Int64, _ amount: Int64, times factor: Int64 = 1) -> Int64 {
            let (product, isTooLarge) = amount.multipliedReportingOverflow(by: factor)
            let (total, isBeyond) = sum.addingReportingOverflow(product)
            return isTooLarge || isBeyond ? .max - 50 : total
        }

        mutating func add(_ row: Row) throws {
            let probability: Int64 = try row.get("probability")
            let (number, price): (Int64, Int64) = (try row.get("number"), try row.get("volume"))
            let earned: Int64 = try row.get("commission")
            count += number
            if try row.get("status", as: String.self) == "won" { won += number }
            volume = Self.sum(volume, price)
            commission = Self.sum(commission, earned)
            weighedVolume = Self.sum(weighedVolume, price, times: probability)
            weighedCommission = Self.sum(weighedCommission, earned, times: probability)
        }
    }

    package var months: [Month]
    package var undated: Month

    /// The longest span.
    package static let mostMonths = 120
}

/// A month of a year.
package struct YearMonth: Sendable, Hashable {
    /// Months since the year 0.
    let index: Int

    init(index: Int) { self.index = index }

    /// Reads `2026-01`; `nil` for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 7, let day = DealDates.day(text + "-01"), let year = day.year else { return nil }
        index = year * 12 + day.month - 1
    }

    /// The month of a day.
    init(_ day: PartialDate) { index = (day.year ?? 0) * 12 + day.month - 1 }

    package var text: String { String(firstDay.text.prefix(7)) }

    /// So many months later.
    package func adding(_ months: Int) -> YearMonth { YearMonth(index: index + months) }

    /// How many months `other` is later.
    package func distance(to other: YearMonth) -> Int { other.index - index }

    var firstDay: PartialDate {
        PartialDate(year: index / 12, month: index % 12 + 1, day: 1) ?? PartialDate(daysSince1970: 0)
    }
}

extension DealBook {
    /// The deals within reach that close from one month through another, by the day of their closing. What was lost does not count.
    package func forecast(
        _ scope: Scope, from: YearMonth, through: YearMonth, pipeline: PipelineID? = nil
    ) async throws -> DealForecast {
        let (first, end) = (from.firstDay.daysSince1970, through.adding(1).firstDay.daysSince1970)
        let chosen: SQL = pipeline.map { "AND deal.pipeline_id = \($0)" } ?? ""
        let reach = DealVisibility(scope)
        func statement(_ condition: SQL) -> SQL {
            """
            SELECT deal.closing_day, deal.status, deal_stage.probability, COUNT(*) AS number,
                COALESCE(CAST(SUM(deal.price) AS BIGINT), 0) AS volume,
                COALESCE(CAST(SUM(deal.commission) AS BIGINT), 0) AS commission
            FROM \(reach.joined) JOIN deal_stage ON deal_stage.id = deal.stage_id
            WHERE \(condition) \(chosen) AND \(reach.ofJoined)
            GROUP BY deal.closing_day, deal.status, deal_stage.probability
            """
        }
        let statements = [
            statement("deal.closing_day >= \(first) AND deal.closing_day < \(end) AND deal.status <> 'lost'"),
            statement("deal.closing_day IS NULL AND deal.status = 'open'"),
        ]
        let answers = try await database.read { session in try session.answers(to: statements) }
        var forecast = DealForecast(
            months: (0...max(0, from.distance(to: through))).map { DealForecast.Month(from.adding($0).text) },
            undated: DealForecast.Month(nil))
        for row in answers[0] {
            let month = YearMonth(PartialDate(daysSince1970: try row.get("closing_day")))
            try forecast.months[from.distance(to: month)].add(row)
        }
        for row in answers[1] { try forecast.undated.add(row) }
        return forecast
    }
}

extension DealForecast {
    /// Writes the forecast as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.key("data")
            object.array { list in months.forEach { $0.write(to: &list) } }
            object.key("undated")
            undated.write(to: &object)
        }
    }

    /// The forecast as CSV, amounts with two decimals.
    package var csv: [UInt8] {
        var writer = CSVWriter()
        writer.line([
            "Month", "Deals", "Won", "Volume", "Commission", "Weighted volume", "Weighted commission",
        ])
        for month in months + [undated] {
            let amounts = [month.volume, month.commission, month.weightedVolume, month.weightedCommission]
            writer.line(
                [month.name ?? "Without a day", String(month.count), String(month.won)] + amounts.map(Self.decimal))
        }
        return writer.takeBytes()
    }

    private static func decimal(_ cents: Int64) -> String {
        let rest = cents % 100
        return "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension DealForecast.Month {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("month", name)
            object.member("count", count)
            object.member("won", won)
            object.member("volume", volume)
            object.member("commission", commission)
            object.member("weightedVolume", weightedVolume)
            object.member("weightedCommission", weightedCommission)
        }
    }
}
