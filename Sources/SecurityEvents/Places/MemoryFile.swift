import CMaxMind

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a database file is not used, in a sentence for the operator.
struct PlaceFileRefusal: Error, Equatable {
    let reason: String
}

/// By what a changed file is known.
struct FileStamp: Equatable {
    private let seconds: Int
    private let nanoseconds: Int
    private let inode: UInt64
    let size: Int

    /// The stamp of the regular file at `path`.
    init(path: String) throws(PlaceFileRefusal) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw PlaceFileRefusal("cannot be found", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw PlaceFileRefusal(reason: "is not a file") }
        self.init(status)
    }

    /// The stamp of an open file.
    init(descriptor: Int32) throws(PlaceFileRefusal) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw PlaceFileRefusal("cannot be read", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw PlaceFileRefusal(reason: "is not a file") }
        self.init(status)
    }

    private init(_ status: stat) {
        #if canImport(Darwin)
        let changed = status.st_mtimespec
        #else
        let changed = status.st_mtim
        #endif
        seconds = Int(changed.tv_sec)
        nanoseconds = Int(changed.tv_nsec)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
    }
}

/// A copy of a file in memory that no other program can reach, under a path as long as this value lives.
///
/// libmaxminddb maps the file that it is given. Were that the operator's own, a download that overwrites it in place
/// would truncate it under the mapping, and the next look-up would end the whole server with `SIGBUS`. The copy costs
/// its size in memory, and nothing that happens to the file afterwards can touch it.
struct MemoryFile: ~Copyable {
    private static let largest = 2_000_000_000

    private let descriptor: Int32
    /// A path by which this process can open the copy.
    let path: String
    /// What the file was when it was copied.
    let stamp: FileStamp

    /// Copies the file at `path`. Refuses one that changes meanwhile, because the copy could be half of each.
    init(copying path: String) throws(PlaceFileRefusal) {
        // Without O_NONBLOCK a named pipe put in the file's place would hold the thread for ever.
        let source = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard source >= 0 else { throw PlaceFileRefusal("cannot be opened", errno) }
        defer { close(source) }
        let stamp = try FileStamp(descriptor: source)
        guard stamp.size <= Self.largest else { throw PlaceFileRefusal(reason: "is larger than 2 GB") }
        let (descriptor, copyPath) = try Self.makeEmpty()
        do throws(PlaceFileRefusal) {
            guard try Self.copy(source, to: descriptor, atMost: stamp.size) == stamp.size,
                try FileStamp(descriptor: source) == stamp
            else { throw PlaceFileRefusal(reason: "was being written while it was read") }
        } catch {
            Self.discard(descriptor, copyPath)
            throw error
        }
        self.descriptor = descriptor
        self.path = copyPath
        self.stamp = stamp
    }

    deinit { Self.discard(descriptor, path) }

    /// The last bytes of the copy, at most `count`.
    func tail(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(count, stamp.size))
        let start = off_t(stamp.size - bytes.count)
        let read = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, start) }
        return read == bytes.count ? bytes : []
    }

    private static func copy(_ source: Int32, to copy: Int32, atMost limit: Int) throws(PlaceFileRefusal) -> Int {
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        var total = 0
        while total < limit {
            let count = unsafe read(source, &buffer, min(buffer.count, limit - total))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw PlaceFileRefusal("cannot be read", errno) }
            if count == 0 { break }
            var written = 0
            while written < count {
                let step = unsafe buffer[written..<count].withUnsafeBytes {
                    unsafe write(copy, $0.baseAddress, $0.count)
                }
                if step < 0, errno == EINTR { continue }
                guard step > 0 else { throw PlaceFileRefusal("cannot be copied into memory", errno) }
                written += step
            }
            total += count
        }
        return total
    }

    private static func makeEmpty() throws(PlaceFileRefusal) -> (Int32, String) {
        #if os(Linux)
        let descriptor = unsafe gatehouse_memory_file("places")
        let path = "/proc/self/fd/\(descriptor)"
        #else
        // mkstemp(3) puts a name that is free in the place of the last six characters.
        var template = Array(("/tmp/gatehouse-places-" + String(repeating: "X", count: 6)).utf8CString)
        let descriptor = unsafe mkstemp(&template)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        #endif
        guard descriptor >= 0 else { throw PlaceFileRefusal("cannot be copied into memory", errno) }
        return (descriptor, path)
    }

    /// What has mapped the copy keeps it.
    private static func discard(_ descriptor: Int32, _ path: String) {
        close(descriptor)
        #if !os(Linux)
        _ = unsafe unlink(path)
        #endif
    }
}

extension PlaceFileRefusal {
    fileprivate init(_ reason: String, _ code: Int32) {
        let cause = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        self.init(reason: "\(reason): \(cause)")
    }
}
