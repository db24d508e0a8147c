import Core
import Foundation

/// The secret that is made up in development and kept, so that a restart signs nobody out.
enum SecretFile {
    /// Reads the secret in `directory`, or makes one there that only this user can read. Throws when the file cannot be
    /// read or written.
    static func secret(in directory: String, world: World) throws -> Secret<[UInt8]> {
        let path = directory + "/jwt-secret"
        if let kept = try? String(contentsOfFile: path, encoding: .utf8) {
            let text = kept.filter { !$0.isWhitespace }
            if text.utf8.count >= 32 { return Secret(Array(text.utf8)) }
        }
        let text = Base64URL.encode(world.randomBytes(48))
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data((text + "\n").utf8), attributes: [.posixPermissions: 0o600])
        guard isMade else {
            throw ConfigurationFailure(problems: [ConfigurationProblem("DATA_DIR", "cannot be written to.")])
        }
        return Secret(Array(text.utf8))
    }
}
