import CCBOR

/// An item that libcbor has decoded, counted by libcbor as long as this value lives.
@safe package final class CBORItem {
    /// Deeper than anything that WebAuthn defines.
    private static let deepest = 16

    private let item: UnsafeMutablePointer<cbor_item_t>

    /// Decodes the item that `bytes` hold; `nil` when that is no safe item (``CBORBounds``) or not all of `bytes`.
    convenience init?(_ bytes: [UInt8]) {
        guard CBORBounds.length(of: bytes, deepest: Self.deepest) == bytes.count else { return nil }
        var result = cbor_load_result()
        guard let item = unsafe cbor_load(bytes, bytes.count, &result) else { return nil }
        unsafe self.init(owning: item)
    }

    /// The number of bytes of the safe item at the beginning of `bytes`.
    static func length(in bytes: [UInt8]) -> Int? { CBORBounds.length(of: bytes, deepest: deepest) }

    private init(owning item: UnsafeMutablePointer<cbor_item_t>) { unsafe self.item = item }

    private convenience init?(sharing item: UnsafeMutablePointer<cbor_item_t>?) {
        guard let item = unsafe item, let shared = unsafe cbor_incref(item) else { return nil }
        unsafe self.init(owning: shared)
    }

    deinit {
        var last: UnsafeMutablePointer<cbor_item_t>? = unsafe item
        unsafe cbor_decref(&last)
    }

    /// The pairs, when it is a map.
    var pairs: [(key: CBORItem, value: CBORItem)]? {
        guard unsafe cbor_isa_map(item) else { return nil }
        let pairs = unsafe UnsafeBufferPointer(start: cbor_map_handle(item), count: cbor_map_size(item))
        return unsafe pairs.compactMap { pair in
            guard let key = unsafe CBORItem(sharing: pair.key), let value = unsafe CBORItem(sharing: pair.value)
            else { return nil }
            return (key, value)
        }
    }

    /// The values of a map whose keys are all texts; `nil` when it is another map, or when a key occurs twice.
    var members: [String: CBORItem]? {
        guard let pairs else { return nil }
        var members: [String: CBORItem] = [:]
        for (key, value) in pairs {
            guard let name = key.text, members.updateValue(value, forKey: name) == nil else { return nil }
        }
        return members
    }

    /// The elements, when it is an array.
    var elements: [CBORItem]? {
        guard unsafe cbor_isa_array(item) else { return nil }
        let elements = unsafe UnsafeBufferPointer(start: cbor_array_handle(item), count: cbor_array_size(item))
        return unsafe elements.compactMap { unsafe CBORItem(sharing: $0) }
    }

    /// The text, when it is one and in UTF-8.
    var text: String? {
        guard unsafe cbor_isa_string(item) else { return nil }
        let bytes = unsafe UnsafeBufferPointer(start: cbor_string_handle(item), count: cbor_string_length(item))
        return unsafe String(validating: bytes, as: UTF8.self)
    }

    /// The bytes, when it is a byte string.
    var bytes: [UInt8]? {
        guard unsafe cbor_isa_bytestring(item) else { return nil }
        return unsafe Array(
            UnsafeBufferPointer(start: cbor_bytestring_handle(item), count: cbor_bytestring_length(item)))
    }

    /// The number, when it is an integer that fits.
    var integer: Int64? {
        if unsafe cbor_isa_uint(item) { return unsafe Int64(exactly: cbor_get_int(item)) }
        guard unsafe cbor_isa_negint(item), let below = unsafe Int64(exactly: cbor_get_int(item)) else { return nil }
        return -1 - below
    }

    /// Whether it is `true`.
    var isTrue: Bool { unsafe cbor_isa_float_ctrl(item) && cbor_is_bool(item) && cbor_ctrl_value(item) == 21 }

    /// The item as CBOR again; `nil` without memory.
    var encoded: [UInt8]? {
        var buffer: UnsafeMutablePointer<UInt8>?
        var capacity = 0
        let count = unsafe cbor_serialize_alloc(item, &buffer, &capacity)
        defer { unsafe gatehouse_cbor_free(buffer) }
        return count > 0 ? unsafe Array(UnsafeBufferPointer(start: buffer, count: count)) : nil
    }
}
