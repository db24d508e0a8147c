import Core
import Foundation
import Identity
import SecurityEvents
import Sessions

/// What is looked up in memory on a request: prints a line each with a name, nanoseconds, and the limit, between tabs.
///
/// Built and run by `bin/bench`. With `months` and a number it measures another thing; see ``measureDroppedMonth(events:)``.
let world = World.live
if CommandLine.arguments.dropFirst().first == "months" {
    try await measureDroppedMonth(events: CommandLine.arguments.dropFirst(2).first.flatMap(Int.init) ?? 10_000_000)
    exit(0)
}

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
// MaxMind's test databases are small, but a look-up walks as many nodes as in a large one: up to a bit of the address each.
let data = CommandLine.arguments.dropFirst().first ?? "Tests/SecurityEventsTests/Data"
let places = PlaceDatabase(path: "\(data)/GeoIP2-City-Test.mmdb")
let networks = NetworkDatabase(path: "\(data)/GeoLite2-ASN-Test.mmdb")
let addresses = ["81.2.69.160", "216.160.83.56", "2001:480:10::1", "1.128.0.1"].compactMap { IPAddress($0) }
var told = 0
let place = nanoseconds(turns: 100_000) { turn in if places.place(of: addresses[turn % 4]) != nil { told += 1 } }
let network = nanoseconds(turns: 100_000) { turn in if networks.network(of: addresses[turn % 4]) != nil { told += 1 } }
guard told > 0 else { fatalError("no place was told: \(places.problem ?? "no problem")") }
print("place of an address\t\(place)\t5000")
print("network of an address\t\(network)\t5000")
