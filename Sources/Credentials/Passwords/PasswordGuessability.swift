import CZxcvbn

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many guesses a password resists, by libzxcvbn: dictionaries, keyboard walks, dates, repeats, l33t spelling.
enum PasswordGuessability {
    /// libzxcvbn takes time that grows with the square of the length; past this many bytes a password is strong or
    /// the rest would not make it weaker.
    private static let examinedBytes = 100

    /// The power of ten of the guesses that an attacker with `words` and a dictionary needs.
    static func log10Guesses(_ password: String, words: [String]) -> Double {
        let examined = Array(password.utf8.prefix(examinedBytes)).map(CChar.init(bitPattern:)) + [0]
        let copies: [UnsafeMutablePointer<CChar>?] =
            unsafe words.filter { $0.utf8.count >= 3 }.map { unsafe strdup($0.lowercased()) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        var dictionary: [UnsafePointer<CChar>?] = unsafe copies.map { unsafe UnsafePointer($0) }
        unsafe dictionary.append(nil)
        let bits = unsafe ZxcvbnMatch(examined, &dictionary, nil)
        return bits * 0.301_029_995_663_981_2
    }
}
