/// The rules that a new password must keep. Each is a variable; the seed's values by default.
package struct PasswordPolicy: Sendable, Hashable {
    /// `MIN_PASSWORD_LENGTH`, in code points.
    package var minimumLength: Int
    /// In code points; the longest that is accepted, never a place to cut (ASVS 6.2.8, 6.2.9).
    package var maximumLength: Int
    /// `REQUIRE_UPPERCASE`.
    package var requiresUppercase: Bool
    /// `REQUIRE_LOWERCASE`.
    package var requiresLowercase: Bool
    /// `REQUIRE_NUMBER`.
    package var requiresNumber: Bool
    /// `REQUIRE_SPECIAL_CHAR`.
    package var requiresSpecialCharacter: Bool
    /// The least number of guesses, as a power of ten, that an attacker with a dictionary should need.
    package var minimumGuesses: Double

    /// The rules of the seed.
    package init(
        minimumLength: Int = 12, maximumLength: Int = 128, requiresUppercase: Bool = true,
        requiresLowercase: Bool = true, requiresNumber: Bool = true, requiresSpecialCharacter: Bool = true,
        minimumGuesses: Double = 8
    ) {
        self.minimumLength = minimumLength
        self.maximumLength = maximumLength
        self.requiresUppercase = requiresUppercase
        self.requiresLowercase = requiresLowercase
        self.requiresNumber = requiresNumber
        self.requiresSpecialCharacter = requiresSpecialCharacter
        self.minimumGuesses = minimumGuesses
    }

    /// The rules of NIST SP 800-63B-4 for a password that stands alone: long, and none that attackers try first. No composition.
    package static let nist = PasswordPolicy(
        minimumLength: 15, requiresUppercase: false, requiresLowercase: false, requiresNumber: false,
        requiresSpecialCharacter: false)

    /// A rule that a password breaks. The raw value is the code in the API.
    package enum Violation: String, Sendable, CaseIterable {
        case tooShort = "too_short"
        case tooLong = "too_long"
        /// Holds the character NUL.
        case invalidCharacter = "invalid_character"
        case noUppercase = "no_uppercase"
        case noLowercase = "no_lowercase"
        case noNumber = "no_number"
        case noSpecialCharacter = "no_special_character"
        case guessable = "too_guessable"
        /// The present password or one of the last.
        case reused
        /// On a list of passwords that became known in a breach.
        case breached
    }

    /// Every rule that `password` breaks, in the order of ``Violation``, so that a person is told once and not five
    /// times. `words` are the person's own (name, address, the product's name), which an attacker tries first (ASVS 6.2.11).
    package func violations(of password: Password, words: [String]) -> [Violation] {
        let text = password.normalized
        var broken: [Violation] = []
        let length = text.unicodeScalars.count
        if length < minimumLength { broken.append(.tooShort) }
        if length > maximumLength { broken.append(.tooLong) }
        let properties = text.unicodeScalars.map(\.properties)
        if requiresUppercase, !properties.contains(where: { $0.isUppercase }) { broken.append(.noUppercase) }
        if requiresLowercase, !properties.contains(where: { $0.isLowercase }) { broken.append(.noLowercase) }
        if requiresNumber, !properties.contains(where: { $0.numericType == .decimal }) { broken.append(.noNumber) }
        if requiresSpecialCharacter, !properties.contains(where: { !$0.isAlphabetic && $0.numericType == nil }) {
            broken.append(.noSpecialCharacter)
        }
        if PasswordGuessability.log10Guesses(text, words: words) < minimumGuesses { broken.append(.guessable) }
        return broken
    }

    /// What to do about a broken rule, for the person who chose the password.
    package func explanation(of violation: Violation) -> String {
        switch violation {
        case .tooShort: return "Use at least \(minimumLength) characters."
        case .tooLong: return "Use at most \(maximumLength) characters."
        case .invalidCharacter: return "Leave out the invisible character NUL; paste the password as plain text."
        case .noUppercase: return "Add an uppercase letter."
        case .noLowercase: return "Add a lowercase letter."
        case .noNumber: return "Add a number."
        case .noSpecialCharacter: return "Add a special character, such as ! or -."
        case .guessable:
            return "This password is easy to guess: it is common, or built from your name or address. "
                + "Use several unrelated words."
        case .reused: return "You have used this password before. Choose another."
        case .breached:
            return "This password has become known in a breach of some site, so attackers try it. Choose another."
        }
    }
}
