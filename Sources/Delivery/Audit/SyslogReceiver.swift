import NIOCore
import NIOPosix
package import SecurityEvents

/// `SECURITY_LOG_SINK=syslog:…`: each event is a message of RFC 5424 (over UDP as RFC 5426 says, over TCP with its length in front,
/// RFC 6587 §3.4.1).
///
/// Syslog has no receipts. Over TCP what the system has taken may be lost when the receiver breaks down, over UDP whatever the network
/// drops; neither is noticed here.
package struct SyslogReceiver: LogReceiver {
    /// How the messages travel.
    package enum Transport: String, Sendable {
        case udp, tcp
    }

    /// What fits into a datagram of IPv4: 65,535 bytes less the heads of IP and UDP. IPv6 has room for a few more.
    private static let longestDatagram = 65_507

    private let host: String
    private let port: Int
    private let transport: Transport

    package init(host: String, port: Int, transport: Transport) {
        self.host = host
        self.port = port
        self.transport = transport
    }

    /// Sends the events and returns when the system has taken them.
    package func take(_ events: [SealedEvent]) async throws {
        switch transport {
        case .tcp:
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(5)).connect(host: host, port: port).get()
            var buffer = channel.allocator.buffer(capacity: 512 * events.count)
            for event in events {
                let message = event.syslogMessage
                buffer.writeString("\(message.count) ")
                buffer.writeBytes(message)
            }
            try await finish(channel) { try await channel.writeAndFlush(buffer) }
        case .udp:
            let group = MultiThreadedEventLoopGroup.singleton
            let address = try await group.next().submit { [host, port] in
                try SocketAddress.makeAddressResolvingHost(host, port: port)
            }.get()
            let any = address.protocol == .inet6 ? "::" : "0.0.0.0"
            let channel = try await DatagramBootstrap(group: group).bind(host: any, port: 0).get()
            try await finish(channel) {
                for event in events {
                    let data = channel.allocator.buffer(bytes: event.syslogMessage(upTo: Self.longestDatagram))
                    try await channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: data))
                }
            }
        }
    }

    private func finish(_ channel: any Channel, _ work: () async throws -> Void) async throws {
        do { try await work() } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }
}
