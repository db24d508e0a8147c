/// The country codes of the world with the trunk prefix of each, and the regions that use them (ITU-T E.164, list of assigned codes; ITU
/// Operational Bulletin, list of dialling procedures).
enum NumberingPlans {
    /// How numbers of a country are written at home and abroad.
    struct Plan {
        let countryCode: String
        let trunkPrefix: String
    }

    /// The code that the United States share with Canada and others.
    static let northAmerica = "1"

    /// The plan of a region, by its two letters.
    static func plan(ofRegion code: String) -> Plan? { byRegion[code] }

    /// The plan by which a number with its country code, in digits alone, was given.
    static func plan(of digits: String) -> Plan? {
        for length in 1...3 {
            if let plan = byCountryCode[String(digits.prefix(length))] { return plan }
        }
        return nil
    }

    private static let byRegion: [String: Plan] = {
        var plans: [String: Plan] = [:]
        for row in rows {
            for region in row.regions.split(separator: " ") { plans[String(region)] = row.plan }
        }
        return plans
    }()

    /// No code begins with another one.
    private static let byCountryCode: [String: Plan] = Dictionary(
        rows.map { ($0.plan.countryCode, $0.plan) }, uniquingKeysWith: { first, _ in first })

    private static let rows: [(plan: Plan, regions: String)] = table.split(separator: "\n").map { line in
        let fields = line.split(separator: " ", maxSplits: 2).map(String.init)
        let trunkPrefix = fields[1] == "-" ? "" : fields[1]
        return (Plan(countryCode: fields[0], trunkPrefix: trunkPrefix), fields[2])
    }

    /// Country code, trunk prefix, regions.
    private static let table = """
        1 1 US CA AG AI AS BB BM BS DM DO GD GU JM KN KY LC MP MS PR SX TC TT VC VG VI
        20 0 EG
        211 0 SS
        212 0 MA EH
        213 0 DZ
        216 - TN
        218 0 LY
        220 - GM
        221 - SN
        222 - MR
        223 - ML
        224 - GN
        225 - CI
        226 - BF
        227 - NE
        228 - TG
        229 - BJ
        230 - MU
        231 0 LR
        232 0 SL
        233 0 GH
        234 0 NG
        235 - TD
        236 - CF
        237 - CM
        238 - CV
        239 - ST
        240 - GQ
        241 0 GA
        242 - CG
        243 0 CD
        244 - AO
        245 - GW
        246 - IO
        247 - AC
        248 - SC
        249 0 SD
        250 0 RW
        251 0 ET
        252 0 SO
        253 - DJ
        254 0 KE
        255 0 TZ
        256 0 UG
        257 - BI
        258 - MZ
        260 0 ZM
        261 0 MG
        262 0 RE YT TF
        263 0 ZW
        264 0 NA
        265 0 MW
        266 - LS
        267 - BW
        268 - SZ
        269 - KM
        27 0 ZA
        290 - SH TA
        291 0 ER
        297 - AW
        298 - FO
        299 - GL
        30 - GR
        31 0 NL
        32 0 BE
        33 0 FR
        34 - ES
        350 - GI
        351 - PT
        352 - LU
        353 0 IE
        354 - IS
        355 0 AL
        356 - MT
        357 - CY
        358 0 FI AX
        359 0 BG
        36 06 HU
        370 0 LT
        371 - LV
        372 - EE
        373 0 MD
        374 0 AM
        375 80 BY
        376 - AD
        377 - MC
        378 - SM
        380 0 UA
        381 0 RS
        382 0 ME
        383 0 XK
        385 0 HR
        386 0 SI
        387 0 BA
        389 0 MK
        39 - IT VA
        40 0 RO
        41 0 CH
        420 - CZ
        421 0 SK
        423 0 LI
        43 0 AT
        44 0 GB GG IM JE
        45 - DK
        46 0 SE
        47 - NO SJ
        48 - PL
        49 0 DE
        500 - FK GS
        501 - BZ
        502 - GT
        503 - SV
        504 - HN
        505 - NI
        506 - CR
        507 - PA
        508 0 PM
        509 - HT
        51 0 PE
        52 - MX
        53 0 CU
        54 0 AR
        55 0 BR
        56 - CL
        57 - CO
        58 0 VE
        590 0 GP BL MF
        591 0 BO
        592 - GY
        593 0 EC
        594 0 GF
        595 0 PY
        596 0 MQ
        597 - SR
        598 0 UY
        599 - CW BQ
        60 0 MY
        61 0 AU CX CC
        62 0 ID
        63 0 PH
        64 0 NZ PN
        65 - SG
        66 0 TH
        670 - TL
        672 - NF AQ
        673 - BN
        674 - NR
        675 - PG
        676 - TO
        677 - SB
        678 - VU
        679 - FJ
        680 - PW
        681 - WF
        682 - CK
        683 - NU
        685 - WS
        686 0 KI
        687 - NC
        688 - TV
        689 - PF
        690 - TK
        691 - FM
        692 1 MH
        7 8 RU KZ
        81 0 JP
        82 0 KR
        84 0 VN
        850 0 KP
        852 - HK
        853 - MO
        855 0 KH
        856 0 LA
        86 0 CN
        880 0 BD
        886 0 TW
        90 0 TR
        91 0 IN
        92 0 PK
        93 0 AF
        94 0 LK
        95 0 MM
        960 - MV
        961 0 LB
        962 0 JO
        963 0 SY
        964 0 IQ
        965 - KW
        966 0 SA
        967 0 YE
        968 - OM
        970 0 PS
        971 0 AE
        972 0 IL
        973 - BH
        974 - QA
        975 - BT
        976 0 MN
        977 0 NP
        98 0 IR
        992 - TJ
        993 8 TM
        994 0 AZ
        995 0 GE
        996 0 KG
        998 - UZ
        """
}
