/// The form in which clients leave; the raw value is the `format` of the API.
package enum ExportFormat: String, Sendable, CaseIterable {
    /// A table for spreadsheets and for `POST /v1/clients/import`.
    case csv
    /// A client as the API shows it on each line.
    case jsonl
    /// Cards for address books (RFC 6350).
    case vcard

    /// The type of the answer.
    package var mediaType: String {
        switch self {
        case .csv: return "text/csv; charset=utf-8; header=present"
        case .jsonl: return "application/jsonl; charset=utf-8"
        case .vcard: return "text/vcard; charset=utf-8"
        }
    }

    /// The name that a browser proposes for the file.
    package var fileName: String {
        switch self {
        case .csv: return "clients.csv"
        case .jsonl: return "clients.jsonl"
        case .vcard: return "clients.vcf"
        }
    }
}
