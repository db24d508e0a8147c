import Accounts
import Core
import Hummingbird
import Identity
import SecurityEvents
import Sessions
import Web

extension SecurityAPI {
    /// `GET /dashboard?window=24h|7d|30d`: the figures of the team's sign-ins and sessions, for owner and admin.
    ///
    /// Read from counters, at a cost that does not grow with the log. The window ends with the step that is under way; `from` says
    /// where it begins.
    @Sendable func dashboard(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let window = fields.choice("window", DashboardWindow.self) ?? .day
        try fields.finish()
        guard signedIn.scope.role.seesEverything else { throw Problem(.forbidden) }
        let now = gate.world.now()
        let series = try await EventFigureReader(database: gate.database).series(window, now: now)
        let from = series.first?.start ?? now
        let sessions = try await gate.sessionFigures.read(from: from, to: (series.last?.start ?? now) + window.step)
        return Response.json(capacity: 256 * series.count + 512) { json in
            json.object { object in
                object.member("window", window.rawValue)
                object.member("from", from)
                object.member("to", now)
                object.member("stepSeconds", window.step.milliseconds / 1000)
                object.members(series.total())
                object.member("activeSessions", sessions.active)
                object.member("averageSessionSeconds", sessions.averageSeconds)
                object.key("series")
                object.array { list in
                    for point in series {
                        list.object { item in
                            item.member("start", point.start)
                            item.members(point.figures)
                        }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    /// Writes the members of one span.
    fileprivate mutating func members(_ figures: EventFigures) {
        member("loginAttempts", figures.loginAttempts)
        member("successfulLogins", figures.successfulLogins)
        member("failedLogins", figures.failedLogins)
        member("accountLockouts", figures.accountLockouts)
        member("tokenRefreshes", figures.tokenRefreshes)
        member("tokenTheftDetections", figures.tokenTheftDetections)
        member("geoAnomalies", figures.geoAnomalies)
    }
}
