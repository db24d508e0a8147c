/// What a person calls the thing that a session runs on: "Chrome on Windows", "Safari on iPhone", "curl".
///
/// A hint and no evidence: the client writes its `User-Agent` itself. So every word here is one of ours; nothing that a
/// client sends appears, and nobody can write into somebody else's list of sessions.
package struct DeviceName: Sendable, Hashable {
    /// The browser, app or program; `nil` when it is none that we know.
    package let client: String?
    /// The operating system, or the device where people say that instead; `nil` for programs and the unknown.
    package let platform: String?

    /// Reads a `User-Agent` header, whatever it is. No version is told: it would rename a session with every update.
    package init(userAgent: String) {
        let words = UserAgentWords(userAgent)
        if let program = words.beginning(Self.programs) {
            client = program
            platform = nil
            return
        }
        if let robot = words.first(Self.robots) {
            client = robot
            platform = nil
            return
        }
        let client = words.first(Self.clients) ?? Self.engine(words)
        self.client = client
        platform = Self.platform(words)
    }

    /// The name made of words that are known already.
    init(client: String?, platform: String?) {
        self.client = client
        self.platform = platform
    }

    /// What is left when nothing has put its own name in: browsers by their engine, and apps that show pages in the
    /// system's web view.
    private static func engine(_ words: UserAgentWords) -> String? {
        let isAndroid = words.contains("android")
        if words.contains("chrome/") || words.contains("chromium/") {
            let isWebView = isAndroid && (words.contains("wv)") || words.contains("version/"))
            return isWebView ? "App" : "Chrome"
        }
        if words.contains("safari/") { return isAndroid ? "Android Browser" : "Safari" }
        if words.contains("trident/") || words.contains("msie ") { return "Internet Explorer" }
        let isApp = words.contains("applewebkit/") || words.contains("cfnetwork/") || words.contains("dalvik/")
        return isApp ? "App" : nil
    }

    private static func platform(_ words: UserAgentWords) -> String? {
        // A tablet that asks for desktop pages calls itself a Macintosh. In Safari nothing gives it away; elsewhere
        // these words do.
        if words.contains("macintosh"), words.first(touchOnly) != nil { return "iPad" }
        return words.first(platforms)
    }

    private static let touchOnly = UserAgentWords.table([
        ("mobile/", ""), ("crios/", ""), ("fxios/", ""), ("edgios/", ""), ("opios/", ""), ("opt/", ""), ("gsa/", ""),
    ])
}

extension DeviceName: CustomStringConvertible {
    /// For people, at most 60 characters.
    package var description: String {
        switch (client, platform) {
        case (let client?, let platform?): "\(client) on \(platform)"
        case (let client?, nil): client
        case (nil, let platform?): "Unknown browser on \(platform)"
        case (nil, nil): "Unknown device"
        }
    }
}

/// The beginning of a `User-Agent`, in lower case, and where words begin in it.
///
/// One pass finds the words; each mark is then compared where a word begins, so the time is linear in the length, and
/// `line/` is not found in `Online/`.
struct UserAgentWords {
    /// The words to look for, and what each means. The first that is there counts.
    typealias Table = [(mark: [UInt8], meaning: String)]

    private static let examinedBytes = 1_024

    private let bytes: [UInt8]
    private var starts: [Int] = []

    init(_ userAgent: String) {
        bytes = userAgent.utf8.prefix(Self.examinedBytes).map { (65...90).contains($0) ? $0 + 32 : $0 }
        var isInside = false
        for (index, byte) in bytes.enumerated() {
            let isWord = (97...122).contains(byte) || (48...57).contains(byte)
            if isWord, !isInside { starts.append(index) }
            isInside = isWord
        }
    }

    static func table(_ entries: [(String, String)]) -> Table { entries.map { (Array($0.0.utf8), $0.1) } }

    /// The meaning of the first mark of `table` that some word begins with.
    func first(_ table: Table) -> String? { table.first { contains($0.mark) }?.meaning }

    /// The meaning of the first mark of `table` that the whole text begins with.
    func beginning(_ table: Table) -> String? { table.first { bytes.starts(with: $0.mark) }?.meaning }

    /// Whether some word begins with `mark`.
    func contains(_ mark: StaticString) -> Bool { contains(Array("\(mark)".utf8)) }

    private func contains(_ mark: [UInt8]) -> Bool {
        guard let first = mark.first else { return false }
        return starts.contains { bytes[$0] == first && bytes[$0...].starts(with: mark) }
    }
}
