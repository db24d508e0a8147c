/// What is wrong with one field of a request. A caller is told all of them at once.
package struct FieldProblem: Sendable, Hashable {
    /// The kinds of problem; the raw value is the `code` of the API.
    package enum Code: String, Sendable, CaseIterable {
        /// The field must not be empty.
        case required
        case tooLong = "too_long"
        case tooMany = "too_many"
        /// Control characters, NUL among them, which no screen shows and PostgreSQL cannot store.
        case invalidCharacters = "invalid_characters"
        case invalidEmail = "invalid_email"
        case invalidPhone = "invalid_phone"
        case outOfRange = "out_of_range"
        case invalidDate = "invalid_date"
        /// None of the values that the field can have.
        case unknownChoice = "unknown_choice"
        /// A text where a number is wanted, and the like.
        case wrongKind = "wrong_type"
        /// There is no custom field of that key.
        case unknownField = "unknown_field"
        /// There is no such client, or the caller does not see it.
        case unknownClient = "unknown_client"
        /// Something else has that name already.
        case taken
        /// It cannot be taken away while clients have it.
        case inUse = "in_use"
        /// Both identities lead to one client.
        case sameClient = "same_client"
        /// No active account has that identity.
        case unknownAccount = "unknown_account"
        /// A file of which nothing can be read.
        case unreadable
        /// A merge field of a template is empty for this client, and has no fallback.
        case emptyMergeField = "empty_merge_field"
        /// The client asked not to be reached so.
        case optedOut = "opted_out"
        /// The caller's role may not set the field so.
        case notPermitted = "not_permitted"
    }

    /// Which field, by its path in the body (`emails[2].value`) or its name in the query.
    package let field: String
    package let code: Code
    /// A sentence for the person at the keyboard. Never repeats what they typed.
    package let message: String

    package init(_ field: String, _ code: Code, _ message: String) {
        self.field = field
        self.code = code
        self.message = message
    }
}
