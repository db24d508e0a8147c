import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@Suite struct `a notice of the detection` {
    @Test func `is mailed about devices and places, and about nothing else`() {
        let mailed = EventType.allCases.filter { MailKind(about: $0) != nil }
        #expect(mailed == [.deviceMismatch, .geoAnomalyDetected])
        #expect(MailKind(about: .deviceMismatch) == .deviceMismatch)
        #expect(MailKind(about: .geoAnomalyDetected) == .geoAnomaly)
    }

    @Test(arguments: [
        (["journey": "far away"], ["journey": "far away"]), (["action": "challenge"], ["challenged": "yes"]),
        (["action": "block"], ["blocked": "yes"]), (["action": "allow"], [:]), (["action": "else", "x": "y"], [:]),
    ])
    func `says what its event says`(detail: [String: String], values: [String: String]) {
        let event = Event(
            .deviceMismatch, in: TestWorld().world, from: GateFixture.source, detail: detail)
        #expect(MailKind.values(about: event) == values)
    }
}
