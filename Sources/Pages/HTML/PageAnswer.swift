import HTTPTypes
import Hummingbird
import NIOCore
import Web

extension Response {
    /// A page. Needs no script and no style sheet, so the content policy can stay closed.
    static func page(_ status: HTTPResponse.Status = .ok, title: String, _ body: HTML) -> Response {
        let page: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>\(title) · Gatehouse</title>
            </head>
            <body>
            <main>
            <h1>\(title)</h1>
            \(body)
            </main>
            </body>
            </html>

            """
        return Response(
            status: status,
            // The address of such a page may hold a token, which no other site may learn from a link. Not `no-referrer`: with that a browser
            // sends `Origin: null` with the page's own form, and where it sends no Sec-Fetch-Site (plain HTTP) the form is taken for a forged one.
            headers: [.contentType: "text/html; charset=utf-8", .referrerPolicy: "same-origin"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.text)))
    }
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy") ?? .via
}
