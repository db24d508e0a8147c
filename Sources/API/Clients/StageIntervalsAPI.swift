package import CRM
import Core
import Credentials
import Guarding
import Hummingbird
package import Web

/// After how many days a client of a stage is to be spoken with again: `/v1/stages/intervals`.
package struct StageIntervalsAPI: Sendable {
    private let intervals: StageIntervals

    package init(intervals: StageIntervals) {
        self.intervals = intervals
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listStageIntervals", .get, "/v1/stages/intervals", limit: .api, .signedIn(list), keys: .clientsRead)
                .answers(.json(.intervals)),
            Route("replaceStageIntervals", .put, "/v1/stages/intervals", limit: .api, .signedIn(replace))
                .reads(.required("intervals", .list(.interval)))
                .answers(.json(.intervals))
                .refuses(.forbidden),
        ]
    }

    /// `GET /v1/stages/intervals`: in the order of the stages.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        Self.shown(try await intervals.all())
    }

    private struct Draft: Decodable {
        let intervals: [StageInterval]
    }

    /// `PUT /v1/stages/intervals` `{intervals: [{stage, days}]}`: all of them, by owner and admin.
    @Sendable private func replace(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(Draft.self)
        switch try await intervals.replace(signedIn.scope, with: draft.intervals) {
        case .changed(let intervals): return Self.shown(intervals)
        case .invalid(let problems): throw Problem(problems)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    private static func shown(_ intervals: [StageInterval]) -> Response {
        Response.json { json in
            json.object { object in
                object.key("intervals")
                object.array { list in
                    for interval in intervals {
                        list.object { item in
                            item.member("stage", interval.stage)
                            item.member("days", Int64(interval.days))
                        }
                    }
                }
            }
        }
    }
}

extension JSONShape {
    fileprivate static let interval = JSONShape(
        "StageInterval", [.required("stage", .text), .required("days", .integer)])
    fileprivate static let intervals = JSONShape("StageIntervals", [.required("intervals", .list(interval))])
}
