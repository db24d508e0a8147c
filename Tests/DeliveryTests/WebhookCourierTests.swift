import Accounts
import Core
import Crypto
import Foundation
import Hummingbird
import Storage
import Synchronization
import TestSupport
import Testing
import Work

@testable import Delivery

@Suite struct `webhooks of the brokerage` {
    @Test(arguments: DatabaseKind.available)
    func `are told what happened, signed with the secret that was shown`(kind: DatabaseKind) async throws {
        let server = StubServer(204)
        try await HookOffice.open(kind) { office in
            try await server.running { address in
                let (webhook, secret) = try await office.hook(address + "/hook", ["client.created"])
                let client = try await office.client()
                #expect(try await office.dispatch() == 1)
                #expect(try await office.couriers().deliverDue() == 1)
                let asked = try #require(server.asked.first)
                #expect(
                    asked.body
                        == #"{"type":"client.created","timestamp":"\#(TestWorld.start.iso8601)","data":{"id":"\#(client)","version":1}}"#
                )
                let delivery = try #require(try await office.deliveries(webhook.id).first)
                #expect(delivery.state == .delivered && delivery.status == 204 && delivery.attempts == 1)
                #expect(asked.header("webhook-id") == delivery.messageID.description)
                let time = try #require(asked.header("webhook-timestamp"))
                #expect(secret.exposed.hasPrefix("whsec_"))
                let key = try #require(Data(base64Encoded: String(secret.exposed.dropFirst(6))))
                #expect(key.count == 32)
                let code = HMAC<SHA256>.authenticationCode(
                    for: Data("\(delivery.messageID).\(time).\(asked.body)".utf8), using: SymmetricKey(data: key))
                #expect(asked.header("webhook-signature") == "v1," + Data(code).base64EncodedString())
            }
        }
    }

    @Test func `are told only what they asked for`() async throws {
        let server = StubServer(200)
        try await HookOffice.open { office in
            try await server.running { address in
                _ = try await office.hook(address + "/notes", ["note.created"])
                try await office.client()
                #expect(try await office.dispatch() == 0)
                _ = try await office.hook(address + "/all")
                try await office.client()
                #expect(try await office.dispatch() == 1)
                _ = try await office.couriers().deliverDue()
                #expect(server.asked.map(\.head.path) == ["/all"])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that hang hold up no other`(kind: DatabaseKind) async throws {
        let server = StubServer { asked in
            if asked.head.path == "/hangs" { for await _ in AsyncStream<Never>.makeStream().stream {} }
            return Response(status: .ok)
        }
        try await HookOffice.open(kind) { office in
            try await server.running { address in
                let (hanging, _) = try await office.hook(address + "/hangs")
                let (well, _) = try await office.hook(address + "/well")
                try await office.client()
                _ = try await office.dispatch()
                let couriers = office.couriers(timeLimit: .milliseconds(300))
                let due = try await couriers.claimDue()
                #expect(due.count == 2)
                async let slow = couriers.carry(hanging.outboxKind)
                #expect(try await couriers.carry(well.outboxKind) == 1)
                #expect(try await office.deliveries(well.id).map(\.state) == [.delivered])
                #expect(try await slow == 1)
                let waiting = try #require(try await office.deliveries(hanging.id).first)
                #expect(waiting.state == .waiting && waiting.status == nil && waiting.error == "it took too long")
                #expect(try await office.get(hanging.id).failingSince == TestWorld.start)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that answer 500 for two days are tried on, and for three are switched off`(kind: DatabaseKind) async throws {
        let server = StubServer(500)
        try await HookOffice.open(kind) { office in
            try await server.running { address in
                let (webhook, _) = try await office.hook(address + "/hook")
                try await office.client()
                _ = try await office.dispatch()
                let couriers = office.couriers()
                while office.time.now - TestWorld.start < .hours(48) {
                    _ = try await couriers.deliverDue()
                    office.time.advance(by: .minutes(20))
                }
                var there = try await office.get(webhook.id)
                #expect(there.isOn && there.failingSince == TestWorld.start)
                let waiting = try #require(try await office.deliveries(webhook.id).first)
                #expect(waiting.state == .waiting && waiting.status == 500 && waiting.error == "it answered 500")
                #expect((20...80).contains(server.asked.count), "\(server.asked.count) tries")
                #expect(try await office.mails().isEmpty)
                while office.time.now - TestWorld.start < .hours(75) {
                    _ = try await couriers.deliverDue()
                    office.time.advance(by: .minutes(20))
                }
                there = try await office.get(webhook.id)
                #expect(!there.isOn && there.offReason == "it answered 500")
                #expect(try await office.deliveries(webhook.id).map(\.state) == [.dead])
                let mails = try await office.mails()
                #expect(mails.map(\.kind) == [.webhookOff] && mails.map(\.address) == ["olga@example.com"])
                #expect(mails.first?.values["host"] == "127.0.0.1")
                // Nothing is written for it any more.
                try await office.client()
                #expect(try await office.dispatch() == 0)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that recover get what waited, once each, and are well again`(kind: DatabaseKind) async throws {
        let isDown = Mutex(true)
        let server = StubServer { _ in Response(status: isDown.withLock { $0 } ? .badGateway : .ok) }
        try await HookOffice.open(kind) { office in
            try await server.running { address in
                let (webhook, _) = try await office.hook(address + "/hook")
                try await office.client()
                _ = try await office.dispatch()
                _ = try await office.couriers().deliverDue()
                isDown.withLock { $0 = false }
                office.time.advance(by: .minutes(1))
                // Another process goes on where the one before has ended.
                #expect(try await office.couriers().deliverDue() == 1)
                #expect(try await office.couriers().deliverDue() == 0)
                let delivery = try #require(try await office.deliveries(webhook.id).first)
                #expect(delivery.state == .delivered && delivery.attempts == 2)
                #expect(server.asked.count == 2)
                #expect(Set(server.asked.compactMap { $0.header("webhook-id") }).count == 1)
                #expect(try await office.get(webhook.id).failingSince == nil)
            }
        }
    }

    @Test func `get a message again when its process died over it`() async throws {
        let server = StubServer(200)
        try await HookOffice.open { office in
            try await server.running { address in
                let (webhook, _) = try await office.hook(address + "/hook")
                try await office.client()
                _ = try await office.dispatch()
                // Leased, and never heard of again.
                let outbox = Outbox(database: office.database, world: office.time.world)
                #expect(try await outbox.take(1, of: webhook.outboxKind).count == 1)
                #expect(try await office.couriers().deliverDue() == 0)
                office.time.advance(by: .minutes(6))
                #expect(try await office.couriers().deliverDue() == 1)
                #expect(try await office.deliveries(webhook.id).map(\.state) == [.delivered])
            }
        }
    }

    @Test(arguments: [
        "https://10.1.2.3/x", "https://[fd00::1]/x", "https://[::ffff:127.0.0.1]/x", "https://2130706433/x",
        "https://0x7f000001/x", "https://localhost/x", "http://127.0.0.1/x",
    ])
    func `reach no private network, however it is written`(url: String) async throws {
        try await HookOffice.open { office in
            // It was written when such addresses were allowed, or its name led elsewhere.
            let (webhook, _) = try await office.hook(url)
            try await office.client()
            _ = try await office.dispatch()
            _ = try await office.couriers(allowsPrivate: false).deliverDue()
            let delivery = try #require(try await office.deliveries(webhook.id).first)
            #expect(delivery.status == nil)
            let refusals = ["the name leads into a private network", "the address must begin with https://"]
            // Where a resolver does not read a number as an address, there is nothing to connect to.
            #expect((refusals + ["the name has no address"]).contains(delivery.error))
        }
    }

    @Test func `are not led elsewhere by a redirect`() async throws {
        let server = StubServer(307, headers: [.location: "http://169.254.169.254/latest/meta-data/"])
        try await HookOffice.open { office in
            try await server.running { address in
                let (webhook, _) = try await office.hook(address + "/hook")
                try await office.client()
                _ = try await office.dispatch()
                _ = try await office.couriers().deliverDue()
                let delivery = try #require(try await office.deliveries(webhook.id).first)
                #expect(delivery.status == 307)
                #expect(delivery.error == "it answered with a redirect (307), which is not followed")
                #expect(server.asked.count == 1)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `get a delivery again by replaying it, under the same identity`(kind: DatabaseKind) async throws {
        let server = StubServer(200)
        try await HookOffice.open(kind) { office in
            try await server.running { address in
                let (webhook, _) = try await office.hook(address + "/hook")
                try await office.client()
                _ = try await office.dispatch()
                let couriers = office.couriers()
                _ = try await couriers.deliverDue()
                let delivery = try #require(try await office.deliveries(webhook.id).first)
                guard case .posted(let again) = try await office.webhooks.replay(office.owner, delivery.id) else {
                    throw HookOffice.Unexpected()
                }
                #expect(again.state == .waiting)
                // Of two replays in a row the last one counts.
                _ = try await office.webhooks.replay(office.owner, delivery.id)
                _ = try await couriers.deliverDue()
                #expect(server.asked.count == 2)
                #expect(Set(server.asked.compactMap { $0.header("webhook-id") }).count == 1)
                #expect(Set(server.asked.map(\.body)).count == 1)
                guard case .forbidden = try await office.webhooks.replay(office.agent, delivery.id) else {
                    throw HookOffice.Unexpected()
                }
            }
        }
    }

    @Test func `that say they are gone are switched off at once`() async throws {
        let server = StubServer(410)
        try await HookOffice.open { office in
            try await server.running { address in
                let (webhook, _) = try await office.hook(address + "/hook")
                try await office.client()
                _ = try await office.dispatch()
                _ = try await office.couriers().deliverDue()
                #expect(try await office.get(webhook.id).isOn == false)
                let delivery = try #require(try await office.deliveries(webhook.id).first)
                guard case .webhookOff = try await office.webhooks.replay(office.owner, delivery.id) else {
                    throw HookOffice.Unexpected()
                }
                _ = try await office.webhooks.change(office.owner, webhook.id, WebhookDraft(isOn: true))
                guard case .posted = try await office.webhooks.replay(office.owner, delivery.id) else {
                    throw HookOffice.Unexpected()
                }
            }
        }
    }

    @Test func `that were removed get nothing of what waited`() async throws {
        let server = StubServer(200)
        try await HookOffice.open { office in
            try await server.running { address in
                let (webhook, _) = try await office.hook(address + "/hook")
                try await office.client()
                _ = try await office.dispatch()
                _ = try await office.webhooks.remove(office.owner, webhook.id)
                try await office.client()
                #expect(try await office.dispatch() == 0)
                _ = try await office.couriers().deliverDue()
                #expect(server.asked.isEmpty)
            }
        }
    }
}
