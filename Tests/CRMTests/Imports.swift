import Accounts
import CRM
import ContactFiles
import Core
import Foundation
import SecurityEvents
import Storage
import TestSupport
import Testing

/// Files on their way into an office, and what came of them.
struct Imports: Sendable {
    let office: Office
    let imports: ClientImports
    let directory: URL

    /// A place for files that is removed afterwards.
    static func open(
        _ kind: DatabaseKind, home: HomeRegion = .standard, _ body: @escaping @Sendable (Imports) async throws -> Void
    ) async throws {
        try await Office.open(kind, home: home) { office in
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
                "imports-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: directory) }
            try await body(Imports(office: office, imports: worker(office, directory), directory: directory))
        }
    }

    /// Another process over the same database and the same files.
    static func worker(_ office: Office, _ directory: URL) -> ClientImports {
        ClientImports(
            book: office.book, recorder: EventRecorder(isEnabled: false),
            files: ImportFiles(directory: directory.path, limit: 1 << 30))
    }

    /// Hands a file in; it must be taken.
    func begun(
        _ scope: Scope, _ file: [UInt8], _ kind: ContactFileKind = .csv,
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) async throws -> ImportID {
        let outcome = try await handedIn(scope, file, kind, change)
        guard case .queued(let id) = outcome else {
            Issue.record("not taken: \(outcome)")
            throw Office.Unexpected()
        }
        return id
    }

    /// Hands a file in.
    func handedIn(
        _ scope: Scope, _ file: [UInt8], _ kind: ContactFileKind = .csv,
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) async throws -> BeginImportOutcome {
        var options = ImportOptions()
        change(&options)
        if let refusal = try await imports.refusal(scope, options) { return refusal }
        let upload = try await imports.upload()
        try await upload.append(file)
        return try await imports.begin(scope, options, kind, upload, from: .server)
    }

    /// Works on all that waits; none of it may fail.
    func work() async throws {
        while try await imports.workOnNext(report: { id, error in Issue.record("\(id): \(error)") }) {}
    }

    /// Imports a file to its end, and tells how it stands.
    func imported(
        _ scope: Scope, _ text: String, _ kind: ContactFileKind = .csv,
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) async throws -> Report {
        let id = try await begun(scope, Array(text.utf8), kind, change)
        try await work()
        return try await report(scope, id)
    }

    /// How an import stands.
    func report(_ scope: Scope, _ id: ImportID) async throws -> Report {
        guard let json = try await imports.showJSON(scope, id),
            let members = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any]
        else { throw Office.Unexpected() }
        return Report(id: id, members: members)
    }

    /// The rejected rows, as the file that is handed back.
    func rejected(_ scope: Scope, _ id: ImportID) async throws -> String {
        guard let lines = try await imports.rejectedRows(scope, id) else { throw Office.Unexpected() }
        var bytes: [UInt8] = []
        for try await page in lines { bytes += page }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// All clients, in the order of their names.
    func clients(_ scope: Scope) async throws -> [Client] {
        try await office.page(scope) {
            $0.sort = .lastName
            $0.limit = 100
        }.clients
    }

    /// How an import stands, as the API tells it.
    struct Report {
        let id: ImportID
        let members: [String: Any]

        subscript(_ name: String) -> Int { members[name] as? Int ?? -1 }
        var status: String { members["status"] as? String ?? "" }
        var reason: String? { members["reason"] as? String }
        /// Imported, duplicates, rejected.
        var counts: [Int] { ["imported", "duplicates", "rejected"].map { self[$0] } }

        /// Rows read are rows imported, merged or skipped, and rejected.
        var addsUp: Bool { self["read"] == counts.reduce(0, +) && self["read"] == self["total"] }

        func list(_ name: String) -> [[String: Any]] { members[name] as? [[String: Any]] ?? [] }
        func texts(_ name: String) -> [String] { members[name] as? [String] ?? [] }

        /// The numbers of rows with their problems' codes.
        func problems(_ name: String) -> [String] {
            list(name).map { row in
                let problems = row["problems"] as? [[String: Any]] ?? []
                let told = problems.map { "\($0["column"] as? String ?? "-"):\($0["code"] as? String ?? "")" }
                return "\(row["row"] as? Int ?? 0) " + told.joined(separator: " ")
            }
        }
    }
}
