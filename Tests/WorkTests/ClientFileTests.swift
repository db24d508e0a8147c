import Accounts
import CRM
import Core
import FileStorage
import Foundation
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Work

@Suite struct `files about clients` {
    @Test(arguments: [
        ("../../etc/passwd", "passwd"), (#"C:\Users\ann\Offer.pdf"#, "Offer.pdf"), ("Offer 1.pdf", "Offer 1.pdf"),
        ("..", "file"), ("", "file"), ("...hidden", "hidden"), ("a\u{0}b\r\nc.pdf", "abc.pdf"),
        ("photo\u{202E}gpj.exe", "photogpj.exe"), ("Ångström🏠.pdf", "Ångström🏠.pdf"),
    ])
    func `have names that are no paths and hide nothing`(given: String, kept: String) {
        #expect(ClientFile.cleaned(given) == kept)
    }

    @Test func `are what their bytes say, not what their name or sender says`() {
        let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]
        #expect(MediaType.of(png) == "image/png")
        #expect(MediaType.of(Array("%PDF-1.7".utf8)) == "application/pdf")
        #expect(MediaType.of(Array("Rent roll;2026\nÄ".utf8)) == "text/plain")
        for text in ["<svg onload=alert(1)>", "<!doctype html><script>", " \n<html>", "\u{0}abc", ""] {
            #expect(MediaType.of(Array(text.utf8)) == "application/octet-stream", "\(text)")
        }
        // A character may be cut where the look ends.
        let cut = Array(String(repeating: "é", count: 2049).utf8).prefix(4095)
        #expect(MediaType.of(Array(cut)) == "text/plain")
    }

    @Test(arguments: DatabaseKind.available)
    func `follow clients into a merge and out of it`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.withFiles { files in
                let winner = try await office.client(office.ana, "A")
                let loser = try await office.client(office.ana, "B")
                let first = try await office.added(files, office.ana, winner.id, "one.txt")
                let second = try await office.added(files, office.ana, loser.id, "two.txt")
                let merge = try await office.merged(office.ana, winner.id, with: loser.id)
                #expect(
                    try await files.all(office.ana, loser.id)?.map(\.id).sorted() == [first.id, second.id].sorted())
                _ = try await office.book.undoMerge(office.ana, merge)
                #expect(try await files.all(office.ana, winner.id)?.map(\.id) == [first.id])
                #expect(try await files.all(office.ana, loser.id)?.map(\.id) == [second.id])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are out of reach of whoever does not see the client, and can be brought back`(kind: DatabaseKind) async throws
    {
        try await Office.open(kind) { office in
            try await office.withFiles { files in
                let client = try await office.client(office.ana)
                let file = try await office.added(files, office.ana, client.id, "offer.pdf")
                #expect(try await files.all(office.ben, client.id) == nil)
                #expect(try await files.get(office.ben, file.id) == nil)
                #expect(try await files.contents(office.ben, file.id) == nil)
                #expect(try await files.remove(office.ben, file.id) == .notFound)
                #expect(try await files.remove(office.ana, file.id) == .done(file))
                #expect(try await files.contents(office.ana, file.id) == nil)
                #expect(try await office.lines(office.ana, client.id, kind: "file").isEmpty)
                #expect(try await files.restore(office.ben, file.id) == .notFound)
                #expect(try await files.restore(office.ana, file.id) == .done(file))
                #expect(try await office.lines(office.ana, client.id, kind: "file").map(\.body) == ["offer.pdf"])
                let (_, contents) = try #require(try await files.contents(office.ana, file.id))
                var bytes: [UInt8] = []
                for try await piece in contents { bytes += piece }
                #expect(String(decoding: bytes, as: UTF8.self) == "offer.pdf")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leave no byte behind an erased client, nor 30 days after their removal`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.withFiles { files in
                let (gone, staying) = (
                    try await office.client(office.ana, "A"), try await office.client(office.ana, "B")
                )
                let erased = try await office.added(files, office.ana, gone.id, "passport.png")
                let removed = try await office.added(files, office.ana, staying.id, "old.txt")
                let kept = try await office.added(files, office.ana, staying.id, "new.txt")
                _ = try await files.remove(office.ana, removed.id)
                let proof = try office.proof(office.owner)
                guard
                    case .erased = try await office.book.erase(
                        office.owner, gone.id, proof: proof, recorder: office.recorder, from: .commandLine)
                else { throw Office.Unexpected() }
                #expect(try await files.removeForgotten() == 1)
                #expect(try await files.store.contents(of: erased.id) == nil)
                #expect(try await files.store.contents(of: removed.id) != nil)
                office.time.advance(by: .days(31))
                #expect(try await files.removeForgotten() == 1)
                #expect(try await files.store.contents(of: removed.id) == nil)
                #expect(try await files.store.contents(of: kept.id) != nil)
            }
        }
    }
}

extension Office {
    /// Files of the office, in a directory that is gone afterwards.
    func withFiles(_ body: (ClientFiles) async throws -> Void) async throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)").path
        defer { for name in ["", "-incoming"] { try? FileManager.default.removeItem(atPath: place + name) } }
        try await body(
            ClientFiles(
                database: database, world: time.world, store: DirectoryStore(place), incoming: place + "-incoming",
                limit: 1_048_576))
    }

    /// Brings a file that holds its own name.
    func added(_ files: ClientFiles, _ scope: Scope, _ client: ClientID, _ name: String) async throws -> ClientFile {
        let upload = try files.upload()
        try await upload.append(Array(name.utf8))
        guard case .done(let file) = try await files.add(scope, client, name, upload) else { throw Unexpected() }
        return file
    }

    /// A proof that `scope` has just shown its password.
    func proof(_ scope: Scope) throws -> FreshReauthentication {
        let now = time.world.now()
        return try #require(
            ReauthenticationPolicy().judge(
                .delete, scope: scope, authenticatedAt: now, methods: ["pwd"], now: now
            ).proof)
    }

    var recorder: EventRecorder { EventRecorder() }
}
