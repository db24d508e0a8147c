import Core
import NIOPosix
import Storage
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Listens on one channel (`LISTEN`), on a connection and a thread of its own that do not belong to the pool, and connects again when the
/// connection is lost.
///
/// The server does not keep what is announced while nobody listens, so every new connection begins with an ``Announcement/gap``.
final class PostgresListener: Sendable {
    /// How many milliseconds it may take until ``stop()`` is noticed.
    private static let wait: Int32 = 200
    private static let longestPause: Int32 = 5_000

    private let configuration: PostgresConfiguration
    private let channel: Channel
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let isStopped = Atomic(false)

    init(_ configuration: PostgresConfiguration, channel: Channel) {
        var configuration = configuration
        configuration.applicationName += " listener"
        self.configuration = configuration
        self.channel = channel
    }

    /// Hears until the reader goes away or ``stop()``.
    func start(_ hearer: AsyncStream<Announcement>.Continuation) {
        hearer.onTermination = { [self] _ in stop() }
        thread.start()
        thread.submit { [self] _ in
            var pause: Int32 = 100
            while !isStopped.load(ordering: .relaxed) {
                do {
                    try hear(hearer) { pause = 100 }
                } catch {
                    _ = poll(nil, 0, pause)
                    pause = min(pause * 2, Self.longestPause)
                }
            }
            hearer.finish()
        }
    }

    /// Ends the thread within a moment.
    func stop() {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        thread.shutdownGracefully { _ in }
    }

    private func hear(_ hearer: AsyncStream<Announcement>.Continuation, connected: () -> Void) throws {
        let connection = try PostgresConnection(
            try ConnectionString(configuration), queryTimeout: configuration.queryTimeout)
        let suffix = try connection.rows("SELECT \(PostgresSession.channelSuffix) AS suffix").first?.get("suffix") ?? ""
        try connection.command("LISTEN \(channel.rawValue)\(suffix as String)")
        connected()
        hearer.yield(.gap)
        while !isStopped.load(ordering: .relaxed) {
            for message in try connection.notifications(waiting: Self.wait) { hearer.yield(.message(message)) }
        }
    }
}
