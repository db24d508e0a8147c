import Core
import Credentials
import SecurityEvents
import Sessions

/// API keys at the front.
extension RouteDispatch {
    /// Whether a request with `key` is let in. A stranger is told the same of every key that does not count, whatever is wrong with it.
    ///
    /// Where no key is taken, none is looked at: such a route tells nobody whether a key is good.
    func admit(_ key: PresentedKey?, _ call: Call, to route: Route) async throws -> Admittance {
        guard let key else { return .refused(Problem(.apiKeyInvalid), nil) }
        guard route.keyScope != nil else { return .refused(Problem(.keyNotAllowed), nil) }
        switch try await keys.admit(key, from: call.source.ip) {
        case .admitted(let admitted): return .admitted(.key(admitted))
        case .unknown: return .refused(Problem(.apiKeyInvalid), nil)
        case .refused(let refusal):
            let event = Event(
                .apiKeyRefused, in: log.world, user: refusal.owner, from: call.source,
                detail: ["key": refusal.key.description, "reason": refusal.reason.rawValue])
            return .refused(Problem(.apiKeyInvalid), event)
        }
    }

    /// Refuses a key that was not given what the route asks for, and names it.
    static func permit(_ caller: Caller, on route: Route) throws {
        guard case .key(let key) = caller else { return }
        guard let needed = route.keyScope else { throw Problem(.keyNotAllowed) }
        guard key.scopes.contains(needed) else {
            throw Problem(
                .scopeMissing, detail: "This needs a key with the scope \(needed.rawValue).",
                members: [("scope", "\"\(needed.rawValue)\"")])
        }
    }
}
