import FoundationEssentials

/// Whether Linux gives a program that takes much memory at once large pages of it, without being asked. libsodium takes 19 MiB for each hash
/// and does not ask: with small pages the kernel is busy with them for as long as the hash takes.
package enum HugePages {
    private static let path = "/sys/kernel/mm/transparent_hugepage/enabled"

    /// The kernel's own words, such as `always [madvise] never`; `nil` where there is no such setting.
    package static var setting: String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// What to tell the operator about `setting`; `nil` when there is nothing to gain.
    package static func advice(_ setting: String?) -> String? {
        guard let setting, setting.contains("[madvise]") || setting.contains("[never]") else { return nil }
        return """
            Memory: checking a password takes up to twice as long as it need, because this machine gives out memory in small \
            pages. If nothing else on it objects: echo always | sudo tee \(path)
            """
    }
}
