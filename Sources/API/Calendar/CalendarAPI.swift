import CRM
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
import NIOCore
import Sessions
package import Web
package import Work

/// The caller's calendar for other programs: `/v1/me/calendar-feed`, and the calendar itself: `/calendar/….ics`.
package struct CalendarAPI: Sendable {
    private let feed: CalendarFeed

    package init(feed: CalendarFeed) {
        self.feed = feed
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("getCalendarFeed", .get, "/v1/me/calendar-feed", limit: .api, .signedIn(get))
                .answers(.json(.calendarFeed)),
            Route(
                "createCalendarFeed", .post, "/v1/me/calendar-feed", limit: .api, .steppedUp(.accountSecurity, create)
            )
            .reads(orNothing: true)
            .answers(.json(.newCalendarFeed, .created)),
            Route("revokeCalendarFeed", .delete, "/v1/me/calendar-feed", limit: .api, .signedIn(revoke))
                .answers(.noContent),
            Route("calendar", .get, "/calendar/{key}.ics", limit: .api, .anyone(calendar))
                .answers(.media("text/calendar"), .notModified),
        ]
    }

    /// `GET /v1/me/calendar-feed`: whether there is an address, and since when; never which.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        let createdAt = try await feed.createdAt(signedIn.scope)
        return Response.json { json in
            json.object { object in
                object.member("exists", createdAt != nil)
                object.member("createdAt", createdAt)
            }
        }
    }

    /// `POST /v1/me/calendar-feed`: the address is in this answer and nowhere else; one that there was before ends.
    @Sendable private func create(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        try await signedIn.call.noFields()
        let made = try await feed.create(signedIn.scope)
        return Response.json(.created, headers: [.cacheControl: "no-store"]) { json in
            json.object { object in
                object.member("url", made.url)
                object.member("createdAt", made.createdAt)
            }
        }
    }

    /// `DELETE /v1/me/calendar-feed`. Asks for no password: whoever fears for the address ends it at once.
    @Sendable private func revoke(_ signedIn: SignedInCall) async throws -> Response {
        try await feed.revoke(signedIn.scope)
        return Response(status: .noContent)
    }

    /// `GET /calendar/{token}.ics`: for whoever has the address.
    @Sendable private func calendar(_ call: Call) async throws -> Response {
        guard let token = call.context.parameters.get("key"), let document = try await feed.document(token) else {
            throw Problem(.notFound)
        }
        var headers: HTTPFields = [.eTag: "\"\(document.tag)\"", .cacheControl: "private, no-cache"]
        if EntityTags(.ifNoneMatch, in: call.request.headers)?.matchWeakly(document.tag) == true {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = "text/calendar; charset=utf-8"
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.bytes)))
    }
}

extension JSONShape {
    fileprivate static let calendarFeed = JSONShape(
        "CalendarFeed", [.required("exists", .flag), .nullable("createdAt", .moment)])
    fileprivate static let newCalendarFeed = JSONShape(
        "NewCalendarFeed", [.required("url", .text), .required("createdAt", .moment)])
}
