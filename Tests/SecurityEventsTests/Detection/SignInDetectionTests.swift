import Core
import Storage
import TestSupport
import Testing

@testable import SecurityEvents

/// A person who signs in, on a fresh database and with MaxMind's test places.
struct Doorway: Sendable {
    let journal: Journal
    let detection: SignInDetection

    static let london = "81.2.69.160"
    static let milton = "216.160.83.56"
    static let laptop = [UInt8](repeating: 1, count: 16)
    static let chrome =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
    static let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"

    static func open(
        _ kind: DatabaseKind, listed: ListedNetworks = ListedNetworks(path: nil),
        _ change: @escaping @Sendable (inout DetectionPolicy) -> Void,
        _ body: @escaping @Sendable (Doorway) async throws -> Void
    ) async throws {
        try await Journal.open(kind) { journal in
            var policy = DetectionPolicy()
            change(&policy)
            let addresses = AddressBook(
                places: PlaceDatabase(path: MaxMindTestFile.path(MaxMindTestFile.city)),
                networks: NetworkDatabase(path: MaxMindTestFile.path(MaxMindTestFile.asn)), listed: listed)
            try await body(
                Doorway(
                    journal: journal,
                    detection: SignInDetection(policy: policy, addresses: addresses, world: journal.time.world)))
        }
    }

    func circumstances(
        _ ip: String = london, _ agent: String = chrome, nonce: [UInt8]? = laptop, account: AccountID = Journal.ana,
        isFirst: Bool = false, _ change: (inout SignInCircumstances) -> Void = { _ in }
    ) -> SignInCircumstances {
        var circumstances = SignInCircumstances(
            account: account, source: RequestSource(ip: IPAddress(ip), userAgent: agent, requestID: "r"),
            deviceNonce: nonce, canBeChallenged: true, at: journal.time.now, isFirstSignIn: isFirst)
        change(&circumstances)
        return circumstances
    }

    func assess(_ circumstances: SignInCircumstances) async throws -> SignInAssessment {
        let detection = detection
        return try await journal.database.transaction { sql in try detection.assess(circumstances, in: sql) }
    }

    /// A sign-in that is let in.
    @discardableResult
    func enter(_ circumstances: SignInCircumstances) async throws -> SignInAssessment {
        let (detection, recorder) = (detection, EventRecorder())
        return try await journal.database.transaction { sql in
            let assessment = try detection.assess(circumstances, in: sql)
            for event in assessment.events { try recorder.record(event, in: sql) }
            try detection.learn(circumstances, assessment, in: sql)
            return assessment
        }
    }
}

@Suite struct `the detection of devices` {
    private static func open(
        _ kind: DatabaseKind, _ action: DeviceMismatchAction = .challenge,
        _ body: @escaping @Sendable (Doorway) async throws -> Void
    ) async throws {
        try await Doorway.open(
            kind,
            {
                $0.checksDevices = true
                $0.deviceMismatch = action
            }, body)
    }

    @Test(arguments: DatabaseKind.available)
    func `knows a device again, and after its update`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { door in
            #expect(try await door.enter(door.circumstances(isFirst: true)).device == .first)
            let updated = Doorway.chrome.replacing("126", with: "127")
            let again = try await door.enter(door.circumstances(Doorway.london, updated))
            #expect(again.device == .recognised && again.action == .allow && again.events.isEmpty)
            let devices = try await SignInDetection.devices(of: Journal.ana, in: door.journal.database)
            #expect(devices.map(\.name) == ["Chrome on Windows"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `asks when there is no cookie, or the cookie of another browser`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { door in
            try await door.enter(door.circumstances(isFirst: true))
            let bare = try await door.assess(door.circumstances(nonce: nil))
            #expect(bare.device == .unknown && bare.action == .challenge)
            let copied = try await door.assess(door.circumstances(Doorway.london, Doorway.firefox))
            #expect(copied.device == .mismatched && copied.action == .challenge)
            let event = try #require(copied.events.first)
            #expect(event.type == .deviceMismatch && event.userID == Journal.ana)
            #expect(
                event.detail == ["device": "Firefox on Linux", "verdict": "mismatched", "action": "challenge"])
            #expect(
                try await door.assess(door.circumstances(nonce: nil) { $0.canBeChallenged = false }).action == .allow)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `learns what passed, and takes a cookie of before without a word`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { door in
            #expect(try await door.enter(door.circumstances()).device == .adopted)
            try await door.enter(door.circumstances(Doorway.london, Doorway.firefox))
            #expect(try await door.assess(door.circumstances(Doorway.london, Doorway.firefox)).device == .recognised)
            #expect(try await door.assess(door.circumstances()).device == .recognised, "both are known")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `does not know one person's device by another's`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { door in
            try await door.enter(door.circumstances(isFirst: true))
            try await door.enter(door.circumstances(nonce: [7], account: Journal.ben, isFirst: true))
            let other = try await door.assess(door.circumstances(nonce: nil, account: Journal.ben))
            #expect(other.device == .unknown)
            #expect(try await SignInDetection.devices(of: Journal.ben, in: door.journal.database).count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `trusts nothing of what it was told to forget`(kind: DatabaseKind) async throws {
        try await Self.open(kind, .block) { door in
            try await door.enter(door.circumstances(isFirst: true))
            #expect(try await door.assess(door.circumstances(nonce: nil)).action == .block)
            try await door.journal.database.transaction { sql in
                try SignInDetection.forget(Journal.ana, in: sql)
            }
            let after = try await door.assess(door.circumstances())
            #expect(after.device == .mismatched, "its cookie must not be taken for an older one")
            #expect(after.action == .challenge, "with nothing to compare with nobody is shut out for ever")
            try await door.enter(door.circumstances())
            #expect(try await door.assess(door.circumstances()).device == .recognised)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps a hundred devices of one person, and none that cannot come back`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { door in
            for number in 0..<130 as Range<UInt8> {
                try await door.enter(door.circumstances(nonce: [UInt8](repeating: number, count: 16)))
                door.journal.time.advance(by: .minutes(1))
            }
            let database = door.journal.database
            #expect(try await SignInDetection.devices(of: Journal.ana, in: database).count == 100)
            door.journal.time.advance(by: .days(401))
            try await SignInDetection.prune(database, at: door.journal.time.now)
            #expect(try await SignInDetection.devices(of: Journal.ana, in: database).isEmpty)
        }
    }
}

@Suite struct `the detection of places` {
    private static func open(
        _ kind: DatabaseKind, trusted: String? = nil, _ body: @escaping @Sendable (Doorway) async throws -> Void
    ) async throws {
        try await Doorway.open(
            kind,
            {
                $0.checksPlaces = true
                $0.geo.trustedNetworks = [trusted.flatMap { IPNetwork($0) }].compactMap(\.self)
            }, body)
    }

    @Test(arguments: DatabaseKind.available)
    func `tells of a sign-in that is too far from the last one`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { door in
            #expect(try await door.enter(door.circumstances(isFirst: true)).anomaly == nil)
            door.journal.time.advance(by: .hours(2))
            let far = try await door.enter(door.circumstances(Doorway.milton))
            let anomaly = try #require(far.anomaly)
            #expect(anomaly.isFar && anomaly.isImpossible)
            #expect(far.action == .allow, "it is told, not refused")
            #expect(
                anomaly.text
                    == "Milton, United States; 4,700 miles from your last sign-in in London, United Kingdom")
            let recorded = try #require(try await door.journal.all { $0.type = .geoAnomalyDetected }.first)
            #expect(recorded.detail["journey"] == anomaly.text)
            #expect(recorded.detail["formerIP"] == Doorway.london)
            #expect(try await door.enter(door.circumstances(Doorway.milton)).anomaly == nil, "it is the last one now")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `learns nothing from addresses without a place, and forgets nothing by them`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { door in
            try await door.enter(door.circumstances(isFirst: true))
            for ip in ["10.0.0.1", "127.0.0.1", "::1", "8.8.8.8", "::ffff:192.168.0.4", "fe80::1", "nonsense"] {
                #expect(try await door.enter(door.circumstances(ip)).anomaly == nil, "\(ip)")
            }
            #expect(try await door.enter(door.circumstances("::ffff:" + Doorway.london)).anomaly == nil)
            #expect(try await door.enter(door.circumstances("::ffff:" + Doorway.milton)).anomaly != nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `compares nothing with a trusted network`(kind: DatabaseKind) async throws {
        try await Self.open(kind, trusted: "216.160.83.0/24") { door in
            try await door.enter(door.circumstances(isFirst: true))
            #expect(try await door.enter(door.circumstances(Doorway.milton)).anomaly == nil)
            #expect(try await door.enter(door.circumstances()).anomaly == nil, "the office is not where she was")
        }
    }
}

@Suite struct `the detection of risk` {
    @Test(arguments: DatabaseKind.available)
    func `adds up what it sees, asks, and says why`(kind: DatabaseKind) async throws {
        let file = "AS1221 # Telstra, for the test\n"
        try await ScratchFile.with(Array(file.utf8)) { list in
            let listed = ListedNetworks(path: list.path)
            try await Doorway.open(kind, listed: listed, { $0.scoresRisk = true }) { door in
                #expect(try await door.enter(door.circumstances(isFirst: true)).detail["riskScore"] == "0")
                door.journal.time.advance(by: .days(30))
                let risky = try await door.enter(
                    door.circumstances(Doorway.milton, nonce: nil) { $0.recentFailures = 2 })
                #expect(risky.reasons == "new_device 30, distance 25, recent_failures 10")
                #expect(risky.action == .challenge)
                #expect(risky.events.map(\.type) == [.riskySignIn], "devices and places are not told of by themselves")
                #expect(risky.detail["riskScore"] == "65" && risky.detail["riskReasons"] == risky.reasons)
                let event = try #require(try await door.journal.all { $0.type = .riskySignIn }.first)
                #expect(event.detail["riskReasons"] == risky.reasons && event.detail["action"] == "challenge")
                // An address of AS1221 in MaxMind's test data.
                let hosted = try await door.assess(door.circumstances("1.128.0.1"))
                #expect(hosted.reasons == "listed_network 25")
                #expect(hosted.detail["network"] == "AS1221 Telstra Pty Ltd")
                #expect(hosted.action == .allow)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `costs no statement when everything is off`(kind: DatabaseKind) async throws {
        try await Doorway.open(kind, { _ in }) { door in
            let detection = door.detection
            let circumstances = door.circumstances(nonce: nil)
            let untouchable = Untouchable()
            let assessment = try detection.assess(circumstances, in: untouchable)
            try detection.learn(circumstances, assessment, in: untouchable)
            #expect(assessment == SignInAssessment())
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `costs three statements with everything on`(kind: DatabaseKind) async throws {
        try await Doorway.open(
            kind,
            {
                $0.checksDevices = true
                $0.checksPlaces = true
                $0.scoresRisk = true
            }
        ) { door in
            try await door.enter(door.circumstances(isFirst: true))
            let (detection, circumstances) = (door.detection, door.circumstances())
            let count = try await door.journal.database.transaction { sql in
                let counting = Counting(sql)
                let assessment = try detection.assess(circumstances, in: counting)
                try detection.learn(circumstances, assessment, in: counting)
                return counting.count
            }
            #expect(count == 3)
        }
    }
}

extension SignInDetection {
    /// Reads what is known and assesses.
    fileprivate func assess(_ circumstances: SignInCircumstances, in sql: any SQLSession) throws -> SignInAssessment {
        let known = try sql.ask(
            knowledge(of: circumstances.account, from: circumstances.source, nonce: circumstances.deviceNonce))
        return assess(circumstances, known)
    }
}

/// A session that nobody may speak to.
private struct Untouchable: SQLSession {
    struct Touched: Error {}

    func rows(_ statement: SQL) throws -> [Row] { throw Touched() }
    func changes(_ statement: SQL) throws -> Int { throw Touched() }
    func run(_ statement: SQL) throws { throw Touched() }
    func announce(_ message: String, on channel: Channel) throws { throw Touched() }
}

/// A session that counts what it is asked.
private final class Counting: SQLSession {
    private let real: any SQLSession
    private(set) var count = 0

    init(_ real: any SQLSession) { self.real = real }

    func rows(_ statement: SQL) throws -> [Row] {
        count += 1
        return try real.rows(statement)
    }

    func changes(_ statement: SQL) throws -> Int {
        count += 1
        return try real.changes(statement)
    }

    func run(_ statement: SQL) throws {
        count += 1
        try real.run(statement)
    }

    func announce(_ message: String, on channel: Channel) throws { try real.announce(message, on: channel) }
}
