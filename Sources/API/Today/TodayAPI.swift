import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import NIOCore
import Sessions
package import Web
package import Work

/// What the caller has to do on their day: `/v1/today`.
package struct TodayAPI: Sendable {
    private let today: Today

    package init(today: Today) {
        self.today = today
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("today", .get, "/v1/today", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.today))
        ]
    }

    /// `GET /v1/today`: by the caller's clock.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        let json = try await today.json(signedIn.scope)
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}

extension JSONShape {
    /// A member for each part of the day.
    fileprivate static let today = JSONShape(
        "Today",
        [
            .required("date", .text), .required("timeZone", .text),
            part("overdueTasks", .task), part("dueTasks", .task), part("appointments", .appointment),
            part(
                "newLeads",
                JSONShape(
                    "NewLead",
                    named + [
                        .required("stage", .text), .nullable("source", .text), .required("createdAt", .moment),
                        .required("secondsWaiting", .integer),
                    ])),
            part(
                "dealDates",
                JSONShape(
                    "DealDay",
                    [
                        .required("dealId", .identifier), .required("dealName", .text),
                        .required("kind", .choice(DealDates.Kind.self)), .required("title", .text),
                        .required("day", .text), .required("daysAhead", .integer),
                    ])),
            part("newMatches", .listingMatch),
            part(
                "celebrations",
                JSONShape(
                    "Celebration",
                    named + [
                        .required("kind", .choice(["birthday", "anniversary"])), .nullable("label", .text),
                        .required("day", .text), .required("daysAhead", .integer), .nullable("years", .integer),
                    ])),
            part(
                "notContacted",
                JSONShape(
                    "NotContacted",
                    named + [
                        .required("stage", .text), .nullable("lastContactAt", .moment), .required("days", .integer),
                    ])),
        ])

    private static let named: [RouteField] = [.required("clientId", .identifier), .required("clientName", .text)]

    private static func part(_ name: String, _ item: JSONShape) -> RouteField {
        .required(
            name,
            .object(JSONShape("Today\(item.name)s", [.required("data", .list(item)), .required("hasMore", .flag)])))
    }
}
