import Core
import Identity
import SecurityEvents

/// What is looked up in memory on a request: prints a line each with a name, nanoseconds, and the limit, between tabs.
///
/// Built and run by `bin/bench`.
let world = World.live

/// The shortest of five measurements of one turn of `body`, in nanoseconds: what comes in between only lengthens it.
func nanoseconds(turns: Int, _ body: (Int) -> Void) -> Double {
    (1...5).map { _ in
        let began = ContinuousClock.now
        for turn in 0..<turns { body(turn) }
        let taken = ContinuousClock.now - began
        return (Double(taken.components.seconds) * 1e9 + Double(taken.components.attoseconds) / 1e9) / Double(turns)
    }.min() ?? .infinity
}

let revoked = RevokedSessions(accessTokenLife: .minutes(15))
let ended: [SessionID] = (0..<100_000).map { _ in world.identifier() }
let open: [SessionID] = (0..<1_000).map { _ in world.identifier() }
revoked.insert(ended, now: world.now())
var found = 0
let miss = nanoseconds(turns: 1_000_000) { turn in if revoked.contains(open[turn % 1_000]) { found += 1 } }
let hit = nanoseconds(turns: 1_000_000) { turn in if revoked.contains(ended[turn * 97 % 100_000]) { found += 1 } }
guard found == 5_000_000, revoked.count == 100_000 else { fatalError("the set does not hold what it should") }
print("revocation check, open session, 100,000 revoked\t\(miss)\t1000")
print("revocation check, revoked session, 100,000 revoked\t\(hit)\t1000")

let activity = ActivityTracker()
let now = world.now()
let note = nanoseconds(turns: 1_000_000) { turn in activity.note(open[turn % 1_000], at: now) }
print("noting activity\t\(note)\t1000")

try await measureAuditVerification(events: 200_000)
