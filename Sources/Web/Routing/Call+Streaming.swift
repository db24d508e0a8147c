import Hummingbird
package import NIOCore

extension Call {
    /// The media type of the body, one of those that the row names; 415 `unsupported_media_type` for another.
    package func streamedType() throws -> String {
        let types = route.streamed?.mediaTypes ?? []
        guard let type = types.first(where: request.hasContentType) else {
            throw Problem(.unsupportedMediaType, detail: "Send \(types.joined(separator: " or ")).")
        }
        return type
    }

    /// Hands the body to `take`, piece by piece as it comes. 413 `payload_too_large` as soon as there is more than the row allows.
    package func stream(to take: (ByteBuffer) async throws -> Void) async throws {
        let limit = route.streamed?.limit ?? WebContext.bodyLimit
        var taken = 0
        for try await piece in request.body {
            taken += piece.readableBytes
            guard taken <= limit else { throw Problem.bodyTooLarge(limit: limit) }
            try await take(piece)
        }
    }
}
