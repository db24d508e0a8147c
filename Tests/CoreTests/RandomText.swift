import TestSupport

/// Texts to throw at a parser: half of them made of the characters that it knows, half of any bytes. The same in every run.
struct RandomText {
    private let characters: [Character]
    private let time = TestWorld(seed: 42)

    init(alphabet: String) { characters = Array(alphabet) }

    func texts(_ count: Int, upTo longest: Int) -> [String] {
        (0..<count).map { index in
            let length = Int(time.randomBytes(1)[0]) % (longest + 1)
            let bytes = time.randomBytes(length)
            if index % 2 == 0 { return String(decoding: bytes, as: UTF8.self) }
            return String(bytes.map { characters[Int($0) % characters.count] })
        }
    }
}
