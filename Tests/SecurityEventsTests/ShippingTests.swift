import Core
import SecurityEvents
import Storage
import Synchronization
import TestSupport
import Testing

/// Keeps what it is given, and can break down.
private final class Shelf: LogReceiver {
    struct Full: Error {}

    private let state = Mutex((taken: [Int64](), fails: false))

    var taken: [Int64] { state.withLock { $0.taken } }
    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

    func take(_ events: [SealedEvent]) async throws {
        try state.withLock { state in
            if state.fails { throw Full() }
            state.taken += events.map(\.sequence)
        }
    }
}

@Suite struct `handing the log on` {
    @Test(arguments: DatabaseKind.available)
    func `resumes where it was after a restart, and loses nothing to a receiver that breaks down`(kind: DatabaseKind)
        async throws
    {
        try await SealedJournal.open(kind) { (log) async throws -> Void in
            let shelf = Shelf()
            try await log.record(3)
            #expect(try await log.audit.shipment("sink", of: SealedEvent.self).ship(to: shelf) == 0)
            try await log.seal()
            #expect(try await log.audit.shipment("sink", of: SealedEvent.self).ship(to: shelf) == 3)
            try await log.record(2)
            try await log.seal()
            shelf.fail(true)
            let shipment = log.audit.shipment("sink", of: SealedEvent.self)
            await #expect(throws: Shelf.Full.self) { _ = try await shipment.ship(to: shelf) }
            shelf.fail(false)
            // Another node waits for the turn to run out; the one that has it goes on.
            #expect(try await log.audit.shipment("sink", of: SealedEvent.self).ship(to: shelf) == 0)
            #expect(try await shipment.ship(to: shelf) == 2)
            #expect(shelf.taken == [1, 2, 3, 4, 5])
            #expect(try await shipment.ship(to: shelf) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `can begin with what happens from now on`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            let shelf = Shelf()
            func ship() async throws -> Int {
                try await log.audit.shipment("log", of: SealedEvent.self, startsNow: true).ship(to: shelf)
            }
            try await log.record(3)
            try await log.seal()
            #expect(try await ship() == 0)
            try await log.record(2)
            try await log.seal()
            #expect(try await ship() == 2)
            #expect(shelf.taken == [4, 5])
            #expect(try await ship() == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `begins with the first event of an empty log`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            let shelf = Shelf()
            let shipment = log.audit.shipment("log", of: SealedEvent.self, startsNow: true)
            #expect(try await shipment.ship(to: shelf) == 0)
            try await log.record(1)
            try await log.seal()
            #expect(try await shipment.ship(to: shelf) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an event is one line, whatever it holds`(kind: DatabaseKind) async throws {
        let detail = ["typed": "one\ntwo\r\n<34>1 forged", "bell": "\u{7}\u{1B}[31mred\u{7F}"]
        try await SealedJournal.open(kind) { log in
            let event = log.journal.event(.loginFailed, user: Journal.ana, detail: detail)
            try await log.database.transaction { sql in try EventRecorder().record(event, in: sql) }
            try await log.seal()
            let sealed = try #require(try await SealedEvent.after(0, limit: 10, in: log.database).first)
            for line in [sealed.jsonLine, sealed.syslogMessage] {
                #expect(line.allSatisfy { $0 >= 32 && $0 != 127 })
                #expect(String(decoding: line, as: UTF8.self).contains(#""sequence":1,"id":"\#(event.id)""#))
            }
            #expect(
                String(decoding: sealed.syslogMessage, as: UTF8.self)
                    .hasPrefix("<84>1 2026-01-01T12:00:00.000Z - gatehouse - login_failed - {"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an export holds every event of its span, and no formula`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            let source = RequestSource(ip: IPAddress("192.0.2.7"), userAgent: "=HYPERLINK(\"x\")", requestID: "r")
            for _ in 1...3 {
                let event = log.journal.event(.logout, user: Journal.ana, from: source)
                try await log.database.transaction { sql in try EventRecorder().record(event, in: sql) }
                log.time.advance(by: .seconds(1))
            }
            let told = log.journal.event(.securityLogExported, user: Journal.ana)
            let lines = try await EventExport(database: log.database, recorder: EventRecorder())
                .begin(from: TestWorld.start, to: TestWorld.start + .seconds(2), telling: told)
            var text = ""
            for try await page in lines { text += String(decoding: page, as: UTF8.self) }
            let rows = text.split(separator: "\r\n")
            #expect(rows.count == 3)
            #expect(rows.first == "id,at,type,severity,userId,sessionId,ip,userAgent,requestId,detail")
            #expect(text.contains("\"'=HYPERLINK"))
            #expect(try await log.journal.all { $0.type = .securityLogExported }.count == 1)
        }
    }
}

@Suite struct `a checkpoint's copy` {
    @Test func `is read back, and a line cut by a crash is passed over`() {
        let line = #"{"first":1,"last":2,"at":"x","root":"a","head":"b","key":"k","mac":"m"}"#
        let lines = AnchorLine.lines(of: Array("\(line)\n\nnonsense\n\(line.prefix(20))".utf8))
        #expect(lines.map(\.line) == [1, 3])
    }
}
