package import AsyncHTTPClient
package import Credentials
import Foundation
import NIOCore
import NIOHTTP1

/// Asks a range service of the Have I Been Pwned kind whether a password is known to be breached.
///
/// The service learns the first five hexadecimal digits of the password's SHA-1, which about 900 entries of its list
/// share, and answers with the rest of each. `Add-Padding` makes the answers of all ranges alike in length, so that who
/// watches the line learns no more from it. Whatever goes wrong is ``Identity/BreachVerdict/unavailable(reason:)``, and
/// the reason holds not even the five digits.
package struct PwnedPasswordsRange: BreachedPasswords {
    private static let prefixDigits = 5
    private static let suffixDigits = 35
    private static let mostBytes = 1 << 20

    private let client: HTTPClient
    private let baseURL: String
    private let timeLimit: TimeAmount

    /// Asks `baseURL`, such as `https://api.pwnedpasswords.com`, which may end in a slash. A person waits for the answer, so
    /// all of it must be there within `timeLimitMilliseconds`. `client` must follow no redirects: they would send the five
    /// digits somewhere else, and an address with an impossible port ends the process in the client.
    package init(client: HTTPClient, baseURL: String, timeLimitMilliseconds: Int64 = 1000) {
        self.client = client
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        timeLimit = .milliseconds(timeLimitMilliseconds)
    }

    /// It is on the net.
    package var answersAtOnce: Bool { false }

    /// What the service says of `password`.
    package func verdict(on password: Password) async -> BreachVerdict {
        let digits = Self.hexadecimal(password.breachListHash)
        // The client's own deadline ends with the head of the answer; this one covers a body that trickles in as well.
        let question = Task { try await answer(toPrefix: digits.prefix(Self.prefixDigits)) }
        let alarm = client.eventLoopGroup.any().scheduleTask(in: timeLimit) { question.cancel() }
        defer { alarm.cancel() }
        do {
            let body = try await withTaskCancellationHandler {
                try await question.value
            } onCancel: {
                question.cancel()
            }
            // The rest of a body whose reading was cancelled is missing without an error.
            guard !question.isCancelled else { return .unavailable(reason: "the service took too long") }
            return Self.verdict(in: body, on: Array(digits.utf8.dropFirst(Self.prefixDigits)))
        } catch {
            return .unavailable(reason: question.isCancelled ? "the service took too long" : Self.reason(error))
        }
    }

    /// An answer that is no list of hashes.
    private struct Refused: Error {
        let status: UInt
    }

    private func answer(toPrefix prefix: Substring) async throws -> [UInt8] {
        // The client traps on a port that does not fit into 16 bits.
        guard let url = URL(string: baseURL), UInt16(exactly: url.port ?? 0) != nil else {
            throw HTTPClientError.invalidURL
        }
        var request = HTTPClientRequest(url: "\(baseURL)/range/\(prefix)")
        request.headers.add(name: "Add-Padding", value: "true")
        request.headers.add(name: "User-Agent", value: "gatehouse")
        let response = try await client.execute(request, timeout: timeLimit)
        guard response.status == .ok else { throw Refused(status: response.status.code) }
        return Array(try await response.body.collect(upTo: Self.mostBytes).readableBytesView)
    }

    /// What a list of `SUFFIX:COUNT` lines says of `suffix`. A count of 0 is padding. The whole list is read, so that a
    /// garbled one is not believed in part; an empty one is none, for every range has entries.
    static func verdict(in body: [UInt8], on suffix: [UInt8]) -> BreachVerdict {
        var isFound = false
        var lines = 0
        for line in body.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let count = line.dropFirst(suffixDigits + 1)
            guard line.dropFirst(suffixDigits).first == UInt8(ascii: ":"), !count.isEmpty,
                line.prefix(suffixDigits).allSatisfy({ isDigit($0) || isLetter($0) }), count.allSatisfy(isDigit)
            else { return .unavailable(reason: "the service's answer is malformed") }
            lines += 1
            let isPadding = count.allSatisfy { $0 == UInt8(ascii: "0") }
            if !isPadding, line.prefix(suffixDigits).map(upperCased) == suffix { isFound = true }
        }
        guard lines > 0 else { return .unavailable(reason: "the service's answer is empty") }
        return isFound ? .found : .unknown
    }

    private static func isDigit(_ character: UInt8) -> Bool { (0x30...0x39).contains(character) }

    private static func isLetter(_ character: UInt8) -> Bool { (0x41...0x46).contains(upperCased(character)) }

    private static func upperCased(_ character: UInt8) -> UInt8 {
        (0x61...0x66).contains(character) ? character - 0x20 : character
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }

    /// A fixed phrase for each kind of failure: what a library says may hold the address that was asked.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let refused as Refused: "the service answered \(refused.status)"
        case is NIOTooManyBytesError: "the service's answer is too large"
        case let failure as HTTPClientError: "the service cannot be reached: \(failure.shortDescription)"
        default: "the service cannot be reached"
        }
    }
}
