import CPostgres
import Storage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension PostgresConnection {
    /// The messages of the channels listened to: waits for the first for at most `milliseconds`. Throws when the connection is gone.
    func notifications(waiting milliseconds: Int32) throws -> [String] {
        var messages = pendingNotifications()
        if !messages.isEmpty { return messages }
        var socket = unsafe pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&socket, 1, milliseconds) > 0 else { return [] }
        guard unsafe PQconsumeInput(handle) == 1, !isBroken else { throw lastFailure() }
        messages = pendingNotifications()
        return messages
    }

    private func pendingNotifications() -> [String] {
        var messages: [String] = []
        while let notification = unsafe PQnotifies(handle) {
            if let text = unsafe notification.pointee.extra { messages.append(unsafe String(cString: text)) }
            unsafe PQfreemem(notification)
        }
        return messages
    }
}
