import CQREncode
import Core

/// A QR code as a picture that stands alone: SVG, black on white, with the quiet zone that a scanner needs (ISO/IEC 18004).
package enum QRCode {
    private static let quiet = 4

    /// The picture of `text`; `nil` when it is too long for a QR code (2,331 bytes at this level of correction).
    package static func svg(of text: String) -> String? {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 2331,
            let code = unsafe QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M)
        else { return nil }
        defer { unsafe QRcode_free(code) }
        let width = unsafe Int(code.pointee.width)
        let modules = unsafe UnsafeBufferPointer(start: code.pointee.data, count: width * width)
        let size = width + 2 * quiet
        var path = ""
        for index in 0..<width * width where unsafe modules[index] & 1 == 1 {
            path += "M\(index % width + quiet) \(index / width + quiet)h1v1h-1z"
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" shape-rendering="crispEdges" \
            role="img" aria-label="QR code"><rect width="\(size)" height="\(size)" fill="#fff"/><path d="\(path)"/></svg>
            """
    }
}
