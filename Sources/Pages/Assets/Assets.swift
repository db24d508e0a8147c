import Guarding
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
package import Web

/// The scripts that pages load: part of the program, so that it stands alone.
package enum Assets {
    /// The routes of this area.
    package static var routes: [Route] {
        [
            Route(
                "passkeysScript", .get, "/assets/passkeys.js", limit: .api, .anyone { _ in script(PasskeysScript.text) }
            )
            .answers(.media("text/javascript"))
        ]
    }

    private static func script(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/javascript; charset=utf-8", .cacheControl: "no-cache",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
