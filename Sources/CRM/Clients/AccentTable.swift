/// What letters with accents, ligatures and their like are searched as.
///
/// Written out, because the standard library does not decompose a letter, and because a text folded last year must still
/// match a word folded today, whatever version of Unicode a library is at. Marks that stand alone are dropped by
/// ``SearchText``; this table knows the letters that carry theirs inside, of the Latin, Greek and Cyrillic scripts.
enum AccentTable {
    /// Lower-case letters and signs, by what they fold to.
    private static let rows: [(plain: String, forms: String)] = [
        ("'", "‘’ʼ"),
        ("-", "‐‑–"),
        ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
        ("b", "ḃḅḇƀ"),
        ("c", "çćĉċčḉ"),
        ("d", "ďḋḍḏḑḓđð"),
        ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
        ("f", "ḟ"),
        ("g", "ĝğġģǧǵḡ"),
        ("h", "ĥȟḣḥḧḩḫẖħ"),
        ("i", "ìíîïĩīĭįǐȉȋḭḯỉịı"),
        ("j", "ĵǰ"),
        ("k", "ķǩḱḳḵ"),
        ("l", "ĺļľḷḹḻḽł"),
        ("m", "ḿṁṃ"),
        ("n", "ñńņňǹṅṇṉṋŋ"),
        ("o", "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợøǿ"),
        ("p", "ṕṗ"),
        ("r", "ŕŗřȑȓṙṛṝṟ"),
        ("s", "śŝşšșṡṣṥṧṩſẛ"),
        ("t", "ţťțṫṭṯṱẗŧ"),
        ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
        ("v", "ṽṿ"),
        ("w", "ŵẁẃẅẇẉẘ"),
        ("x", "ẋẍ"),
        ("y", "ýÿŷȳẏẙỳỵỷỹ"),
        ("z", "źżžẑẓẕ"),
        ("ae", "æǽǣ"),
        ("oe", "œ"),
        ("ss", "ß"),
        ("th", "þ"),
        ("ʒ", "ǯ"),
        ("α", "ά"),
        ("ε", "έ"),
        ("η", "ή"),
        ("ι", "ΐίϊ"),
        ("ο", "ό"),
        ("σ", "ς"),
        ("υ", "ΰϋύ"),
        ("ω", "ώ"),
        ("г", "ѓ"),
        ("е", "ѐё"),
        ("и", "йѝ"),
        ("к", "ќ"),
        ("у", "ў"),
        ("і", "ї"),
    ]

    /// The plain spelling of each form.
    static let plainSpelling: [Unicode.Scalar: String] = {
        var spelling: [Unicode.Scalar: String] = [:]
        for row in rows {
            for form in row.forms.unicodeScalars { spelling[form] = row.plain }
        }
        return spelling
    }()
}
