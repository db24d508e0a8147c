import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a custom field` {
    private func made(
        _ office: Office, _ name: String, _ kind: CustomField.Kind, _ choices: [String] = []
    ) async throws -> CustomField {
        let fields = CustomFieldList(database: office.database, world: office.time.world)
        office.time.advance(by: .seconds(1))
        guard case .done(let field) = try await fields.create(office.owner, name: name, kind: kind, choices: choices)
        else { throw Office.Unexpected() }
        return field
    }

    @Test(arguments: DatabaseKind.available)
    func `holds values of its kind and no others, and those that are not named stay`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for (name, kind) in [("Note", CustomField.Kind.text), ("Score", .number), ("Close date", .date)] {
                _ = try await made(office, name, kind)
            }
            _ = try await made(office, "Car", .choice, ["Ford", "VW"])
            _ = try await made(office, "Pets?", .flag)
            let client = try await office.client(office.ana) {
                $0.customFields = [
                    "note": .text(" likes gardens "), "score": .number(7), "closeDate": .text("2026-01-31"),
                    "car": .text("VW"), "pets": .flag(true),
                ]
            }
            #expect(
                try client.details.value().custom == [
                    CustomValue(key: "car", value: .text("VW")),
                    CustomValue(key: "closeDate", value: .text("2026-01-31")),
                    CustomValue(key: "note", value: .text("likes gardens")),
                    CustomValue(key: "pets", value: .flag(true)), CustomValue(key: "score", value: .number(7)),
                ])
            var patch = ClientPatch()
            patch.customFields = .set(["car": nil, "score": .number(7.5)])
            let changed = try await office.patched(office.ana, client.id, patch)
            #expect(try changed.details.value().custom.map(\.key) == ["closeDate", "note", "pets", "score"])
            let history = try await office.history(office.ana, client.id)
            #expect(history.contains { $0.field == "customFields.score" && $0.old == "7" && $0.new == "7.5" })
            #expect(history.contains { $0.field == "customFields.car" && $0.old == #""VW""# && $0.new == nil })
            for (key, wrong) in [
                ("score", CustomFieldValue.text("7")), ("closeDate", .text("31.1.2026")),
                ("closeDate", .text("--01-31")),
                ("car", .text("Fiat")), ("pets", .text("yes")), ("note", .number(1)), ("score", .number(.infinity)),
            ] {
                patch.customFields = .set([key: wrong])
                guard case .invalid(let problems) = try await office.book.patch(office.ana, client.id, patch) else {
                    Issue.record("\(key) holds \(wrong)")
                    continue
                }
                #expect(problems.map(\.field) == ["customFields.\(key)"])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps its key when it is renamed, and no other gets that key again`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let fields = CustomFieldList(database: office.database, world: office.time.world)
            let field = try await made(office, "Close date", .date)
            #expect(field.key == "closeDate")
            guard
                case .done(let renamed) = try await fields.change(
                    office.admin, "closeDate", name: "Day of closing", choices: nil)
            else {
                Issue.record("not renamed")
                return
            }
            #expect(renamed.key == "closeDate" && renamed.name == "Day of closing")
            #expect(try await made(office, "Close date", .text).key == "closeDate2")
            #expect(try await made(office, "日付", .date).key == "field")
            #expect(
                try await fields.create(office.owner, name: "day of CLOSING", kind: .text, choices: [])
                    == .invalid([FieldProblem("name", .taken, "There is a field of this name already.")]))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is gone for everybody at once when it is removed, and its values soon after, but for the history`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let fields = CustomFieldList(database: office.database, world: office.time.world)
            _ = try await made(office, "Car", .text)
            let client = try await office.client(office.ana) { $0.customFields = ["car": .text("VW")] }
            var patch = ClientPatch()
            patch.customFields = .set(["car": .text("Ford")])
            _ = try await office.patched(office.ana, client.id, patch)
            #expect(try await fields.remove(office.ana, "car") == .forbidden)
            guard case .done = try await fields.remove(office.owner, "car") else { throw Office.Unexpected() }
            patch.customFields = .set(["car": .text("Fiat")])
            guard case .invalid = try await office.book.patch(office.ana, client.id, patch) else {
                Issue.record("a field that was removed is still written")
                return
            }
            try await office.book.care()
            guard case .found(let erased) = try await office.book.get(office.ana, client.id) else {
                throw Office.Unexpected()
            }
            #expect(try erased.details.value().custom.isEmpty)
            let left = try await office.database.rows("SELECT COUNT(*) AS n FROM client_custom")
            #expect(try left.first?.get("n", as: Int.self) == 0)
            #expect(try await office.history(office.ana, client.id).contains { $0.new == #""Ford""# })
            #expect(try await made(office, "Car", .text).key == "car2")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is made by owner and admin alone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let fields = CustomFieldList(database: office.database, world: office.time.world)
            for scope in [office.ana, office.lender] {
                let outcome = try await fields.create(scope, name: "A", kind: .text, choices: [])
                #expect(outcome == .forbidden)
            }
            #expect(try await fields.all().isEmpty)
        }
    }
}

@Suite struct `the stages` {
    @Test(arguments: DatabaseKind.available)
    func `are those of the brokerage, in its order, and none is taken from under a client`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let stages = StageList(database: office.database)
            #expect(try await stages.all().first == "Leads")
            #expect(try await stages.all().count == 10)
            _ = try await office.client(office.ana) { $0.stage = "Buyers" }
            #expect(try await stages.replace(office.ana, with: ["Leads", "Buyers"]) == .forbidden)
            guard case .invalid(let problems) = try await stages.replace(office.owner, with: ["Leads", "Leads", ""])
            else { throw Office.Unexpected() }
            #expect(problems.map(\.code) == [.taken, .required, .inUse])
            #expect(
                try await stages.replace(office.owner, with: ["Buyers", "Vendors", "Leads"])
                    == .changed(["Buyers", "Vendors", "Leads"]))
            #expect(try await stages.all() == ["Buyers", "Vendors", "Leads"])
            _ = try await office.client(office.ana) { $0.stage = "Vendors" }
            #expect(
                try await office.client(office.ana, "Of no stage").stage == "Buyers", "the first of those there are")
        }
    }
}
