import CRM
import Core
import TestSupport
import Testing

@Suite struct `an export` {
    private static let now = TestWorld.start

    /// Exports of so many rows, so many hours ago.
    private static func earlier(_ exports: [(hours: Int, rows: Int)]) -> [LargeExport.Earlier] {
        exports.map { LargeExport.Earlier(at: now - .hours($0.hours), rows: $0.rows) }
    }

    private static func reason(_ rows: Int, _ exports: [(hours: Int, rows: Int)] = []) -> LargeExport.Reason? {
        LargeExport().reason(rows: rows, at: now, after: earlier(exports))
    }

    @Test func `is large at the threshold`() {
        #expect(Self.reason(499) == nil)
        #expect(Self.reason(500) == .threshold)
        #expect(Self.reason(0) == nil)
    }

    @Test func `is large when slices of a day reach the threshold, and told once`() {
        #expect(Self.reason(200, [(1, 300)]) == .threshold)
        #expect(Self.reason(200, [(24, 300)]) == nil, "a day ago is another day")
        #expect(Self.reason(10, [(1, 300), (2, 300)]) == nil, "it was told when it was crossed")
        #expect(Self.reason(500, [(1, 600)]) == .threshold, "this one is large by itself")
    }

    private static let usual = [(hours: 30, rows: 20), (hours: 60, rows: 40), (hours: 100, rows: 30)]

    @Test func `is large past three times what is usual`() {
        #expect(Self.reason(90, Self.usual) == nil)
        #expect(Self.reason(91, Self.usual) == .unusual)
        #expect(Self.reason(31, Self.usual + [(2, 60)]) == .unusual)
        #expect(Self.reason(5, Self.usual + [(2, 95)]) == nil, "it was told when it was crossed")
    }

    @Test func `is not unusual without a history, nor when it is a handful`() {
        #expect(Self.reason(400, [(30, 2), (60, 2)]) == nil)
        #expect(Self.reason(19, [(30, 1), (60, 1), (100, 1)]) == nil)
        #expect(Self.reason(20, [(30, 1), (60, 1), (100, 1)]) == .unusual)
        #expect(Self.reason(400, [(24 * 91, 1), (24 * 92, 1), (24 * 93, 1)]) == nil, "too long ago to be usual")
    }
}
