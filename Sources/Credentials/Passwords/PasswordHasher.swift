import CSodium
package import Core

/// Argon2id (RFC 9106) through libsodium. CPU- and memory-hard on purpose: call it on a ``HashingPool`` only.
package struct PasswordHasher: Sendable {
    /// What one hash costs.
    package struct Cost: Sendable, Hashable {
        /// Memory in KiB; at least 19 456 (OWASP Password Storage).
        package var memoryKiB: Int
        /// Passes over that memory.
        package var passes: Int

        /// OWASP's first choice by default: 19 MiB, two passes, one lane.
        package init(memoryKiB: Int = 19_456, passes: Int = 2) {
            self.memoryKiB = memoryKiB
            self.passes = passes
        }

        /// What the time of a hash is in proportion to.
        package var work: Int { memoryKiB * passes }
    }

    /// That a hash could not be computed: the machine refused the memory.
    package struct OutOfMemory: Error, Sendable {}

    /// A stored hash may ask for at most this much (a hash that somebody wrote into the table must not exhaust the server).
    private static let mostMemoryKiB = 1_048_576
    private static let mostPasses = 16

    /// The cost of new hashes.
    package let cost: Cost
    /// What has been computed so far, for whoever compares paths that must cost the same.
    package let work = HashingWork()
    private let world: World

    /// A hasher of this cost; salts come from `world`.
    package init(cost: Cost, world: World) {
        self.cost = cost
        self.world = world
        _ = sodium_init()
    }

    /// The hash of `password` under a fresh salt, in the PHC string form `$argon2id$v=19$m=…,t=…,p=1$salt$hash`.
    package func hash(_ password: Password) throws -> String {
        let salt = world.randomBytes(Int(crypto_pwhash_saltbytes()))
        var hash = [UInt8](repeating: 0, count: 32)
        guard compute(password, salt, cost, into: &hash) else { throw OutOfMemory() }
        return phc(salt: salt, hash: hash)
    }

    /// Computes for as long as `stored`, whose check is behind us, was cheaper than a hash of today, and forgets the result: so that whoever tries
    /// a password cannot tell by the time of the answer that there is an old hash.
    ///
    /// Argon2 takes time in proportion to memory and passes, so the difference is made of as many passes over less memory: never more memory than a hash of
    /// today takes. Nothing is done for a hash that was dearer.
    package func spendDifference(_ password: Password, to stored: String) {
        guard let spent = Self.cost(of: stored) else { return }
        let rest = Cost(memoryKiB: (cost.work - spent.work) / cost.passes, passes: cost.passes)
        guard rest.memoryKiB * 1024 >= Int(crypto_pwhash_argon2id_memlimit_min()) else { return }
        var hash = [UInt8](repeating: 0, count: 32)
        _ = compute(password, world.randomBytes(Int(crypto_pwhash_saltbytes())), rest, into: &hash)
    }

    private func compute(_ password: Password, _ salt: [UInt8], _ cost: Cost, into hash: inout [UInt8]) -> Bool {
        work.add(cost)
        let bytes = password.bytes.map(CChar.init(bitPattern:))
        return unsafe crypto_pwhash(
            &hash, UInt64(hash.count), bytes, UInt64(bytes.count), salt, UInt64(cost.passes), cost.memoryKiB * 1024,
            crypto_pwhash_alg_argon2id13()) == 0
    }

    /// The form of a hash that no password has: checking against it costs what checking against a real one does, and it costs nothing
    /// to make.
    package func decoy() -> String {
        phc(salt: world.randomBytes(Int(crypto_pwhash_saltbytes())), hash: world.randomBytes(32))
    }

    private func phc(salt: [UInt8], hash: [UInt8]) -> String {
        "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=1$\(Self.base64(salt))$\(Self.base64(hash))"
    }

    /// Whether `password` is the one that `stored` was made from. A stored hash of another kind, or of an absurd cost,
    /// matches nothing.
    package func verify(_ password: Password, against stored: String) -> Bool {
        guard let asked = Self.cost(of: stored), asked.memoryKiB <= Self.mostMemoryKiB, asked.passes <= Self.mostPasses
        else { return false }
        work.add(asked)
        let bytes = password.bytes.map(CChar.init(bitPattern:))
        return unsafe crypto_pwhash_str_verify(stored, bytes, UInt64(bytes.count)) == 0
    }

    /// Whether `stored` was made at another cost than new hashes are, and should be replaced at the next sign-in.
    package func isOutdated(_ stored: String) -> Bool { Self.cost(of: stored) != cost }

    private static func cost(of stored: String) -> Cost? {
        let fields = stored.split(separator: "$", omittingEmptySubsequences: true)
        guard fields.count == 5, fields[0] == "argon2id" else { return nil }
        var numbers: [Substring: Int] = [:]
        for pair in fields[2].split(separator: ",") {
            let halves = pair.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { return nil }
            numbers[halves[0]] = Int(halves[1])
        }
        guard let memory = numbers["m"], let passes = numbers["t"] else { return nil }
        return Cost(memoryKiB: memory, passes: passes)
    }

    /// Base64 with the standard alphabet and no padding: what the PHC string form uses.
    private static func base64(_ bytes: [UInt8]) -> String {
        String(Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    }
}
