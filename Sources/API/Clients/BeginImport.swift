import Accounts
import CRM
import ContactFiles
import Core
import FileStorage
import FoundationEssentials
import Hummingbird
import NIOCore
import Web

extension ImportsAPI {
    /// `POST /v1/clients/import`: the body is the file, and is written to the disk as it comes.
    @Sendable func begin(_ signedIn: SignedInCall) async throws -> Response {
        let call = signedIn.call
        let options = try Self.options(call)
        let type = try call.streamedType()
        if let outcome = try await imports.refusal(signedIn.scope, options) { return try answer(outcome) }
        do {
            let upload = try await imports.upload()
            do {
                try await call.stream { piece in try await upload.append(Array(piece.readableBytesView)) }
            } catch {
                imports.discard(upload)
                throw error
            }
            return try answer(
                try await imports.begin(
                    signedIn.scope, options, type == "text/csv" ? .csv : .vCard, upload, from: call.source))
        } catch let failure as FileFailure where failure.isFull {
            throw Problem(
                .overloaded, detail: "There is no room left on the disk of the server.", retryAfter: .seconds(600),
                headers: [.connection: "close"])
        }
    }

    private func answer(_ outcome: BeginImportOutcome) throws -> Response {
        switch outcome {
        case .queued(let id): return Self.begun(id, "queued")
        case .invalid(let problems): throw Problem(problems)
        case .forbidden: throw Problem(.forbidden)
        case .tooMany: throw Problem(.importLimit)
        }
    }

    private static func options(_ call: Call) throws -> ImportOptions {
        var fields = call.query
        var options = ImportOptions()
        if let name = fields.text("name") { options.fileName = name }
        options.isDryRun = fields.flag("dryRun")
        options.duplicates = fields.choice("duplicates", ImportOptions.Duplicates.self) ?? .skip
        options.stage = fields.text("stage")
        options.source = fields.text("source")
        options.assignedTo = fields.identifier("assignedTo", AccountID.self)
        options.dateOrder = fields.choice("dateOrder", DateOrder.self)
        if let text = fields.text("mapping", upTo: 16_384) {
            options.mapping = try? JSONDecoder().decode([String: FieldTarget].self, from: Data(text.utf8))
            if options.mapping == nil {
                fields.refuse(
                    "mapping", "invalid",
                    "This must be a JSON object of columns and fields, such as {\"Cell\":\"phone:mobile\",\"Fax\":\"ignore\"}."
                )
            }
        }
        try fields.finish()
        return options
    }
}

extension JSONShape {
    static let importBegun = JSONShape(
        "ImportBegun",
        [
            .required(
                "import",
                .object(JSONShape("ImportState", [.required("id", .identifier), .required("status", .text)])))
        ])

    private static let summary: [RouteField] = [
        .required("id", .identifier),
        .required("status", .choice(["queued", "running", "completed", "failed", "cancelled", "undone"])),
        .nullable("reason", .text), .required("userId", .identifier), .required("kind", .choice(["csv", "vcard"])),
        .required("fileName", .text), .required("fileSize", .integer), .required("dryRun", .flag),
        .required("duplicatePolicy", .choice(ImportOptions.Duplicates.self)), .nullable("total", .integer),
        .required("read", .integer), .required("imported", .integer), .required("duplicates", .integer),
        .required("updated", .integer), .required("skipped", .integer), .required("rejected", .integer),
        .required("warnings", .integer), .required("createdAt", .moment), .nullable("startedAt", .moment),
        .nullable("finishedAt", .moment), .nullable("undoableUntil", .moment),
        .nullable(
            "undo",
            .object(
                JSONShape(
                    "ImportUndo",
                    [
                        .required("userId", .identifier), .required("removed", .integer),
                        .required("restored", .integer), .required("kept", .integer),
                    ]))),
    ]

    static let importSummary = JSONShape("ImportSummary", summary)

    private static let rowProblem = JSONShape(
        "ImportProblem",
        [
            .nullable("column", .text), .required("code", .text), .required("message", .text),
            .required("isRejection", .flag),
        ])

    private static let row = JSONShape(
        "ImportRow",
        [.required("row", .integer), .required("line", .integer), .required("problems", .list(rowProblem))])

    static let clientImport = JSONShape(
        "Import",
        summary + [
            .nullable("dialect", .text), .nullable("encoding", .text), .nullable("delimiter", .text),
            .required("mappingRemembered", .flag), .required("mapping", .foreign),
            .required("unknownColumns", .list(.text)), .required("undecidedDates", .list(.text)),
            .required("notes", .list(.text)), .required("preview", .list(.foreign)),
            .required("rejectedRows", .list(row)), .required("warnedRows", .list(row)),
            .required(
                "keptClients",
                .list(
                    JSONShape(
                        "KeptClient",
                        [
                            .required("id", .identifier), .required("name", .text),
                            .required("fields", .list(.text)),
                        ]))),
        ])
}
