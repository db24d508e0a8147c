import Foundation

extension EnvironmentFile {
    /// The file at `path`; nothing when there is none.
    ///
    /// Throws ``ConfigurationFailure`` for a file that is there and cannot be read: one whose permissions, name or encoding went wrong would
    /// otherwise turn a production server into one for development, without a word.
    package static func read(at path: String) throws -> EnvironmentFile {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
            // A link that leads nowhere is there.
            guard (try? FileManager.default.attributesOfItem(atPath: path)) == nil else {
                throw refusal(path, "is a link that leads nowhere. Point it to the file, or remove it.")
            }
            return EnvironmentFile("")
        } catch {
            throw refusal(path, "is there and cannot be read. Check that it is a file, and that this user may read it.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw refusal(path, "is not UTF-8. Save it in that encoding.")
        }
        return EnvironmentFile(text)
    }

    private static func refusal(_ path: String, _ message: String) -> ConfigurationFailure {
        ConfigurationFailure(problems: [ConfigurationProblem(path, message)])
    }
}
