// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    // The small types of Core are generic, and every other target uses them in its inner loops: without this they are
    // compiled for no type in particular there, at several times the cost.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func systemLibrary(_ name: String, _ pkgConfig: String?, apt: String, brew: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

/// The gate, from the bottom up: each leans on those before it alone.
let gate: [Target.Dependency] = ["Accounts", "Credentials", "Guarding", "Sessions", "Identity"]
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "gatehouse",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "gatehouse", targets: ["gatehouse"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        systemLibrary("CSodium", "libsodium", apt: "libsodium-dev", brew: "libsodium"),
        systemLibrary("CPostgres", "libpq", apt: "libpq-dev", brew: "libpq"),
        .systemLibrary(name: "CMalloc", path: "Sources/System/CMalloc"),
        systemLibrary("CCurl", "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),
        systemLibrary("CMaxMind", "libmaxminddb", apt: "libmaxminddb-dev", brew: "libmaxminddb"),
        systemLibrary("CFido2", "libfido2", apt: "libfido2-dev", brew: "libfido2"),
        systemLibrary("CCBOR", "libcbor", apt: "libcbor-dev", brew: "libcbor"),
        systemLibrary("CQREncode", "libqrencode", apt: "libqrencode-dev", brew: "qrencode"),
        systemLibrary("CIDN2", "libidn2", apt: "libidn2-dev", brew: "libidn2"),
        systemLibrary("CZxcvbn", nil, apt: "libzxcvbn-dev", brew: "zxcvbn-c"),

        library("Core", ["CIDN2", crypto]),
        library("Storage", ["Core", crypto]),
        library(
            "StorageSQLite",
            [
                "Core", "Storage", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        library("StoragePostgres", ["Core", "Storage", "CPostgres", nioPosix]),
        library("SecurityEvents", ["Core", "Storage", "CMaxMind", crypto]),
        library("Accounts", ["Core", "Storage", "SecurityEvents", crypto]),
        library(
            "Credentials",
            [
                "Core", "Storage", "Accounts", "CSodium", "CQREncode", "CZxcvbn", "CFido2", "CCBOR", crypto, nioPosix,
            ]),
        library("Guarding", ["Core", "Storage", "SecurityEvents", "Accounts", "Credentials", crypto]),
        library(
            "Sessions",
            [
                "Core", "Storage", "SecurityEvents", "Accounts", "Credentials", "Guarding", crypto,
                .product(name: "JWTKit", package: "jwt-kit"),
            ]),
        library(
            "Identity",
            ["Core", "Storage", "SecurityEvents", "Accounts", "Credentials", "Guarding", "Sessions", crypto]),
        .target(
            name: "MailTemplates", dependencies: [mustache], resources: [.embedInCode("Templates")],
            swiftSettings: strict),
        library(
            "Delivery",
            [
                "Core", "Storage", "SecurityEvents", "Accounts", "Credentials", "MailTemplates", "CRM", "Work", "CCurl",
                crypto,
                logging,
                nioCore, nioPosix, httpClient,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        library("FileStorage", ["Core", crypto]),
        library(
            "CRM",
            ["Core", "Storage", "SecurityEvents", "Accounts", "Sessions", "ContactFiles", "FileStorage", crypto]),
        library("Work", ["Core", "Storage", "SecurityEvents", "Accounts", "Sessions", "CRM", "FileStorage", crypto]),
        library("Departure", ["Core", "Storage", "SecurityEvents", "Accounts", "Credentials", "Identity", "CRM"]),
        library(
            "Web",
            [
                "Core", "Storage", "SecurityEvents", "Accounts", "Credentials", "Guarding", "Sessions", hummingbird,
                lifecycle,
                logging,
                nioCore,
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        library("ContactFiles", ["Core"]),
        library(
            "API",
            ["Core", "Storage", "SecurityEvents"] + gate + [
                "CRM", "Work", "ContactFiles", "FileStorage", "Departure", "Web", hummingbird, lifecycle, logging,
                nioCore,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        library(
            "Pages",
            [
                "Core", "Accounts", "Credentials", "Guarding", "Identity", "CRM", "Work", "Web", hummingbird, nioCore,
            ] + [
                .product(name: "HTTPTypes", package: "swift-http-types")
            ]),
        library(
            "Server",
            [
                "Core", "Storage", "StorageSQLite", "StoragePostgres", "SecurityEvents",
            ] + gate + [
                "CRM", "Work", "FileStorage", "Departure", "Web", "API", "Pages", "Delivery", "CMalloc", httpClient,
                hummingbird, lifecycle, logging, nioCore,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Configuration", package: "swift-configuration"),
            ]),
        .executableTarget(
            name: "gatehouse",
            dependencies: [
                "Core", "Storage", "SecurityEvents",
            ] + gate + [
                "CRM", "Work", "Departure", "Server",
                logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "microbench",
            dependencies: [
                "Core"
            ] + gate + [
                "SecurityEvents", "Storage", "StorageSQLite", "StoragePostgres", crypto,
            ],
            path: "bench/micro",
            swiftSettings: strict),
        .target(
            name: "TestSupport",
            dependencies: [
                "Core", "Storage", "StorageSQLite", "StoragePostgres", crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "IdentityTests",
            dependencies: [
                "Core", "Storage", "SecurityEvents",
            ] + gate + [
                "TestSupport", crypto,
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CredentialsTests", dependencies: ["Core", "Accounts", "Credentials", "TestSupport", crypto],
            exclude: ["Data"], swiftSettings: strict),
        tests(
            "GuardingTests", ["Core", "Storage", "SecurityEvents", "Accounts", "Guarding", "Identity", "TestSupport"]),
        tests("SessionsTests", ["Core", "Accounts", "Sessions", "TestSupport"]),
        .testTarget(
            name: "SecurityEventsTests", dependencies: ["Core", "Storage", "SecurityEvents", "TestSupport", crypto],
            exclude: ["Data"],
            swiftSettings: strict),
        tests(
            "ServerTests",
            [
                "Core"
            ] + gate + [
                "SecurityEvents", "CRM", "Work", "Web", "Server", "TestSupport",
                logging,
            ]),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "Core", "Storage", "SecurityEvents",
            ] + gate + [
                "Delivery", "MailTemplates", "CRM", "Work",
                "TestSupport",
                hummingbird,
                logging, nioCore, nioPosix, httpClient, crypto,
            ],
            exclude: ["smtp_server.py"], swiftSettings: strict),
        tests("ContactFilesTests", ["Core", "ContactFiles"]),
        tests("CoreTests", ["Core", "TestSupport"]),
        tests("StorageTests", ["Core", "Storage", "StorageSQLite", "StoragePostgres", "TestSupport"]),
        tests("ProcessTests", ["gatehouse", "TestSupport"]),
        tests(
            "CRMTests",
            ["Core", "Storage", "SecurityEvents"] + gate + [
                "CRM", "ContactFiles", "FileStorage", "Departure", "TestSupport", crypto,
            ]),
        tests(
            "WorkTests", ["Core", "Storage", "SecurityEvents"] + gate + ["CRM", "Work", "FileStorage", "TestSupport"]),
        tests(
            "WebTests",
            [
                "Core", "Storage", "StoragePostgres", "SecurityEvents",
            ] + gate + [
                "CRM", "Work", "FileStorage", "Departure", "Web", "API", "Pages", "Server",
                "TestSupport",
                crypto, hummingbird, logging, nioCore, nioPosix,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
