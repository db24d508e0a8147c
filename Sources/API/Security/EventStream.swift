import Accounts
import Core
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import SecurityEvents
import ServiceLifecycle
import Sessions
import Web

extension SecurityAPI {
    /// How long a reader may take for the rest when the server stops: less than the server itself waits.
    private static let farewell: TimeAmount = .seconds(1)

    /// `GET /events/stream`: what is sealed from now on as server-sent events (HTML, § 9.2), for owner and admin; with `Last-Event-ID`
    /// what was sealed since that one first.
    ///
    /// Ends when the access token runs out or its session is ended: then an event `end` says why. Also when the server stops, and
    /// without a word when the reader does not keep up; a reader that comes back with the last `id` it saw misses nothing.
    @Sendable func stream(_ signedIn: SignedInCall) async throws -> Response {
        let call = signedIn.call
        let fields = call.query
        try fields.finish()
        guard signedIn.scope.role.seesEverything else { throw Problem(.forbidden) }
        // Ends with the session; no key has one, and none gets here.
        guard let claims = signedIn.claims else { throw Problem(.keyNotAllowed) }
        let seen = try Self.lastEventID(call.request)
        let connection = call.context.connection
        let subscription: LiveSubscription
        do {
            // A reader that takes nothing keeps its writer waiting for ever; only to close the connection ends that.
            subscription = try await live.join { connection.close(promise: nil) }
        } catch is LiveEvents.Full {
            throw Problem(.overloaded, detail: "Too many watch the log at once.", retryAfter: .seconds(30))
        }
        let stream = EventStream(gate: gate, live: live, claims: claims, subscription: subscription)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .proxyBuffering: "no",
            ],
            body: ResponseBody { writer in
                try await withGracefulShutdownHandler {
                    try await stream.write(to: &writer, after: seen)
                } onGracefulShutdown: {
                    subscription.end()
                    // Who takes nothing would hold the server up: they have a moment, and then no connection any more.
                    connection.eventLoop.scheduleTask(in: Self.farewell) { connection.close(promise: nil) }
                }
            })
    }

    /// What a reader that comes back has seen; 400 for what cannot have come from here.
    private static func lastEventID(_ request: Request) throws -> Int64? {
        guard let text = request.headers[.lastEventID], !text.isEmpty else { return nil }
        guard let sequence = Int64(text), sequence >= 0 else {
            throw Problem(
                .invalidRequest,
                errors: [.init(field: "Last-Event-ID", code: "invalid_id", message: "This must be the id of an event.")]
            )
        }
        return sequence
    }
}

/// One reader of the live log.
struct EventStream: Sendable {
    /// After so many quiet rounds a comment keeps proxies from closing the connection: about 15 seconds.
    static let quietRounds = 15

    let gate: Gate
    let live: LiveEvents
    let claims: AccessClaims
    let subscription: LiveSubscription

    func write(to writer: inout any ResponseBodyWriter, after seen: Int64?) async throws {
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        // An id from the future is one of a log that was replaced by a backup: there is nothing to go on from.
        var sent =
            seen.flatMap { $0 <= max(subscription.last, subscription.position) ? $0 : nil } ?? subscription.position
        while sent < subscription.position, endReason == nil {
            let page = try await live.reader.events(after: sent, limit: LiveEvents.pageSize)
                .filter { $0.sequence <= subscription.position }
            guard let last = page.last else { break }
            try await writer.write(Self.frames(page, gate.places))
            sent = last.sequence
        }
        var quiet = 0
        for await batch in subscription.batches {
            if let reason = endReason {
                try await writer.write(ByteBuffer(string: "event: end\ndata: {\"code\":\"\(reason.rawValue)\"}\n\n"))
                break
            }
            let fresh = batch.filter { $0.sequence > sent }
            quiet = fresh.isEmpty ? quiet + 1 : 0
            if let last = fresh.last {
                try await writer.write(Self.frames(fresh, gate.places))
                sent = last.sequence
            } else if quiet % Self.quietRounds == 0 {
                try await writer.write(ByteBuffer(string: ":\n\n"))
            }
        }
        try await writer.finish(nil)
    }

    /// Why the reader may not go on.
    private var endReason: ProblemCode? {
        if gate.revoked.contains(claims.sessionID) { return .sessionRevoked }
        return gate.world.now() >= claims.expiresAt ? .tokenExpired : nil
    }

    /// The events as frames. The JSON has no line break, so a frame cannot be forged from within an event.
    private static func frames(_ events: [SealedEvent], _ places: PlaceDatabase) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(512 * events.count)
        for sealed in events {
            var json = JSONWriter(capacity: 512)
            sealed.event.write(to: &json, places, withReasons: true)
            buffer.writeString("id: \(sealed.sequence)\ndata: ")
            buffer.writeBytes(json.bytes)
            buffer.writeString("\n\n")
        }
        return buffer
    }
}

extension HTTPField.Name {
    /// Where a reader of server-sent events says what it has seen.
    /// Tells nginx to hand each event on at once.
    fileprivate static let proxyBuffering = HTTPField.Name("X-Accel-Buffering") ?? .server
}
