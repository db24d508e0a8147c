import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is there as a whole or not at all, and that only this user can read.
enum WholeFile {
    /// Writes `bytes` to `name` in `directory`, which is made when it is not there, in place of a file of that name. Returns
    /// what went wrong, in the words of the system.
    static func write(_ bytes: [UInt8], to name: String, in directory: String) -> String? {
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let unfinished = "\(directory)/.\(name).partial"
        // What a crash left behind; also, so that nobody else's link is followed.
        _ = unsafe unlink(unfinished)
        let descriptor = unsafe open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return reason(errno) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe posixWrite(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let problem = reason(errno)
                close(descriptor)
                _ = unsafe unlink(unfinished)
                return problem
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard unsafe rename(unfinished, "\(directory)/\(name)") == 0 else { return reason(errno) }
        return nil
    }

    private static func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
