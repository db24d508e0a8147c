import Foundation
import Synchronization

/// Ports for servers of tests: below those that the system gives to connections, and no two alike, because tests run side by side.
enum Ports {
    private static let last = Atomic<Int>(11_000 + Int(ProcessInfo.processInfo.processIdentifier) % 700 * 20)

    /// One that no other test of this run has.
    static func next() -> Int { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
