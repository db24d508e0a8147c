package import CRM
package import Core
package import FileStorage
import Storage

/// A file about a client: what is known of it. Its bytes lie in the store under the same identity.
package struct ClientFile: Sendable, Hashable {
    package let id: StoredFileID
    package let clientID: ClientID
    /// As whoever brought it called it, without any path.
    package let name: String
    /// What its bytes say that it is, and nothing that its name or its sender says.
    package let mediaType: String
    /// In bytes.
    package let size: Int64
    package let uploadedBy: AccountID?
    package let createdAt: Timestamp

    /// The most characters of a name.
    static let longestName = 200

    /// `name` without a path, control characters and what hides an ending (path traversal, CWE-22; RTL override).
    static func cleaned(_ name: String) -> String {
        let last = name.split { $0 == "/" || $0 == "\\" }.last ?? ""
        var scalars = String.UnicodeScalarView()
        for scalar in last.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: continue
            default: scalars.append(scalar)
            }
        }
        var text = String(String(scalars).prefix(longestName))
        while let first = text.first, first == "." || first.isWhitespace { text.removeFirst() }
        while let end = text.last, end == "." || end.isWhitespace { text.removeLast() }
        return text.isEmpty ? "file" : text
    }

    /// Writes the file as the API shows it.
    package func write(to json: inout JSONWriter) {
        json.object { object in
            object.member("id", id)
            object.member("clientId", clientID)
            object.member("name", name)
            object.member("mediaType", mediaType)
            object.member("size", size)
            object.member("uploadedBy", uploadedBy)
            object.member("createdAt", createdAt)
        }
    }
}
