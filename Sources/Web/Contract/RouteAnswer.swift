package import HTTPTypes

/// One way in which a route answers when it does not refuse.
package struct RouteAnswer: Sendable, Hashable {
    /// What stands in the body.
    package enum Content: Sendable, Hashable {
        case nothing
        case json(JSONShape)
        /// Something else, of this media type.
        case media(String)
    }

    package let status: HTTPResponse.Status
    package let content: Content

    /// A JSON object.
    package static func json(_ shape: JSONShape, _ status: HTTPResponse.Status = .ok) -> RouteAnswer {
        RouteAnswer(status: status, content: .json(shape))
    }

    /// A body of another type, streamed or whole.
    package static func media(_ type: String, _ status: HTTPResponse.Status = .ok) -> RouteAnswer {
        RouteAnswer(status: status, content: .media(type))
    }

    /// 204, no body.
    package static let noContent = RouteAnswer(status: .noContent, content: .nothing)
    /// 304 to a condition that the caller's copy still meets.
    package static let notModified = RouteAnswer(status: .notModified, content: .nothing)
}
