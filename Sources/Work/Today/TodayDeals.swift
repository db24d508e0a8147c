import Accounts
import CRM
import Core
import Storage

/// What is due with the caller's open deals within 14 days: closings, and what has to be done before. What is overdue by up to a week is there too.
struct DealDays: TodayPart {
    let member: StaticString = "dealDates"
    let most = 50
    private static let (behind, ahead) = (7, 14)

    func statement(for reader: TodayReader) -> SQL? {
        let today = reader.clock.today.number
        return DealDeadlines.statement(
            for: reader.scope, from: PartialDate(daysSince1970: today - Self.behind),
            through: PartialDate(daysSince1970: today + Self.ahead), limit: most + 1)
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        for row in rows {
            let deadline = try DealDeadlines.Deadline(row)
            list.object { object in
                object.member("dealId", deadline.dealID)
                object.member("dealName", deadline.dealName)
                object.member("kind", deadline.kind.rawValue)
                object.member("title", deadline.kind.title)
                object.member("day", deadline.day.text)
                object.member("daysAhead", Int64(deadline.day.daysSince1970 - reader.clock.today.number))
            }
        }
    }
}

/// Listings that since yesterday answer what one of the caller's clients looks for.
struct NewMatches: TodayPart {
    let member: StaticString = "newMatches"
    let most = 20
    private static let lookBack = Duration.hours(36)

    func statement(for reader: TodayReader) -> SQL? {
        ListingMatches.recent(for: reader.scope, since: reader.clock.now - Self.lookBack, limit: most + 1)
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        for row in rows { try ListingMatch(row).write(to: &list) }
    }
}
