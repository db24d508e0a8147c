import Crypto
import NIOPosix

/// The local list of breached passwords: a file of shortened SHA-1 hashes, made by ``Import`` from the published list.
///
/// Nothing is loaded: a question reads about 200 bytes at two places of the file, which takes microseconds when the
/// system has them in memory and two disk reads when not. Reads and no memory mapping, because a file that is cut short
/// or cannot be read must be an error here; under a mapping it is a signal that ends the server.
///
/// *Wrong answers.* Every hash of the list is found. Of others ``falsePositiveRate`` are found too: with the 3-byte
/// suffixes of ``Import`` at most 1 in 260 000 for a list of up to a billion: 1 in 310 000 for 900 million (2.8 GB).
///
/// *Damage.* The header carries a digest, the size must fit to the byte, and every bucket carries a seal that is
/// checked before it is believed: a file that is half-written, cut or altered by a fault answers ``Failure`` and never
/// "unknown". The seals are no protection from somebody who may write the file.
package final class BreachFilter: BreachedPasswords {
    /// Why a filter cannot be asked.
    package enum Failure: Error, Sendable, Hashable {
        /// There is no file at this path.
        case missing(path: String)
        /// The file is no finished filter of this version: something else, or half of one.
        case notAFilter(path: String)
        /// The file is shorter or longer than it says, or a part of it was altered.
        case damaged(path: String)
        /// The system refused to read or write it.
        case inaccessible(path: String, reason: String)
    }

    private let file: PositionedFile
    private let layout: BreachFilterLayout
    /// How many shortened hashes the file holds.
    package let entries: Int

    /// The filter in the file at `path`. Cheap: it reads the header alone. Throws ``Failure``.
    package init(path: String) throws {
        file = try PositionedFile(reading: path)
        guard let header = BreachFilterHeader(try file.read(BreachFilterHeader.size, at: 0)) else {
            throw Failure.notAFilter(path: path)
        }
        layout = header.layout
        entries = header.entries
        guard try file.size == layout.fileSize(entries: entries) else { throw Failure.damaged(path: path) }
    }

    /// The share of hashes that are in no list but are found: exactly, how many of all shortened hashes the file holds.
    package var falsePositiveRate: Double { layout.falsePositiveRate(entries: entries) }

    /// It is a file.
    package var answersAtOnce: Bool { true }

    /// What the file says of `password`; asked on a thread that may wait for the disk.
    package func verdict(on password: Password) async -> BreachVerdict {
        let hash = password.breachListHash
        do {
            return try await NIOThreadPool.singleton.runIfActive { try self.contains(sha1: hash) } ? .found : .unknown
        } catch let failure as Failure {
            return .unavailable(reason: failure.description)
        } catch {
            return .unavailable(reason: "the check was given up")
        }
    }

    /// Whether the list holds this hash (``falsePositiveRate``). Nothing but 20 bytes is in it. Reads the disk. Throws
    /// ``Failure`` when the part that would tell is damaged or cannot be read.
    package func contains(sha1: [UInt8]) throws -> Bool {
        guard sha1.count == Insecure.SHA1.byteCount else { return false }
        let place = layout.place(of: sha1.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        let sealed = try bucket(place.bucket)
        var low = 0
        var high = sealed.count(suffixBytes: layout.suffixBytes)
        while low < high {
            let middle = (low + high) / 2
            let suffix = sealed.suffix(middle, suffixBytes: layout.suffixBytes)
            if suffix == place.suffix { return true }
            if suffix < place.suffix { low = middle + 1 } else { high = middle }
        }
        return false
    }

    /// Reads the whole file and throws ``Failure/damaged(path:)`` unless every part is as it was written: for after a
    /// copy.
    package func verify() throws {
        for number in 0...layout.buckets { _ = try bucket(number) }
    }

    /// The bucket `number`, its seal checked. The one past the last is the empty one that ends the index.
    private func bucket(_ number: Int) throws -> SealedBucket {
        let isEnd = number == layout.buckets
        let index = try file.read(
            BreachFilterLayout.indexEntrySize * (isEnd ? 1 : 2), at: layout.indexOffset(of: number))
        let start = Int(LittleEndian.read(4, of: index, at: 0))
        let seal = UInt32(LittleEndian.read(4, of: index, at: 4))
        let end = isEnd ? start : Int(LittleEndian.read(4, of: index, at: 8))
        guard index.count >= BreachFilterLayout.indexEntrySize, start <= end, end <= entries,
            end - start <= BreachFilterLayout.mostEntriesInBucket, !isEnd || start == entries
        else { throw Failure.damaged(path: file.path) }
        let content = try file.read((end - start) * layout.suffixBytes, at: layout.entryOffset(of: start))
        var bucket = SealedBucket()
        bucket.append(contentsOf: content)
        guard content.count == (end - start) * layout.suffixBytes, bucket.seal(number: number, start: start) == seal
        else { throw Failure.damaged(path: file.path) }
        return bucket
    }
}

extension BreachFilter.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path): "there is no filter of breached passwords at \(path)"
        case .notAFilter(let path): "\(path) is no finished filter of breached passwords"
        case .damaged(let path): "the filter of breached passwords at \(path) is damaged"
        case .inaccessible(let path, let reason): "\(path) cannot be used: \(reason)"
        }
    }
}
