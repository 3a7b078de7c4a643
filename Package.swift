// swift-tools-version: 6.2
// Targets stand in floor order (docs/architecture.md): a target imports its own listed peers and
// anything below. `Tests/TidyTests` holds the same table and also watches the C modules, which the
// package manager does not.
import PackageDescription

/// The same strict settings for every Swift target.
let house: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    // Debug builds, and so all tests and sanitizer runs, check exclusive access while running; a
    // release does not pay for it (docs/performance.md).
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// Floor 2 wraps C: every unsafe expression there is spelled out.
let wrapper: [SwiftSetting] = house + [.strictMemorySafety()]

func library(_ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = house)
    -> Target
{
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)",
        swiftSettings: house)
}

let package = Package(
    name: "entrepot",
    products: [.executable(name: "entrepot", targets: ["entrepot"])],
    targets: [
        // Floor 0: C modules.
        .systemLibrary(name: "CRocksDB", providers: [.apt(["librocksdb-dev"])]),
        .target(name: "CRocksDBShims", dependencies: ["CRocksDB"]),
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .target(name: "CLuaShims", dependencies: ["CLua"]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CWslay", providers: [.apt(["libwslay-dev"])]),
        .systemLibrary(name: "CArgon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CSystem"),

        // Floor 1: pure.
        library("Basics", []),
        library("JSON", ["Basics"]),
        library("RESP", ["Basics"]),
        library("HTTPCore", ["Basics", "JSON"]),
        library("Domain", ["Basics", "JSON"]),

        // Floor 2: one library each.
        library("RocksDB", ["Basics", "CRocksDB", "CRocksDBShims"], settings: wrapper),
        library("Lua", ["Basics", "CLua", "CLuaShims"], settings: wrapper),
        library("Crypto", ["Basics", "COpenSSL"], settings: wrapper),
        library("System", ["Basics", "CSystem"], settings: wrapper),
        library("EventLoop", ["Basics", "System", "CSystem"], settings: wrapper),
        library("HTTPClient", ["CCurl"], settings: wrapper),
        library("TLS", ["Basics", "System", "COpenSSL"], settings: wrapper),
        library("Passwords", ["Basics", "CArgon2"], settings: wrapper),
        library("Compression", ["Basics", "CZlib"], settings: wrapper),
        library("WebSocket", ["Basics", "CWslay"], settings: wrapper),

        // Floor 3: persistence.
        library("Storage", ["Basics", "JSON", "Domain", "System", "RocksDB", "Crypto"]),

        // Floor 4: behaviour.
        library(
            "Ledger",
            ["Basics", "JSON", "Domain", "System", "RocksDB", "Crypto", "Storage"]),

        // Floor 5: features.
        library(
            "Plugins",
            ["Basics", "JSON", "Domain", "Lua", "System", "Crypto", "Storage", "Ledger"]),
        library(
            "Notifications",
            [
                "Basics", "JSON", "HTTPCore", "Domain", "System", "Crypto", "HTTPClient",
                "Storage", "Ledger",
            ]),

        library(
            "Accounts",
            [
                "Basics", "JSON", "Domain", "System", "EventLoop", "Crypto", "Passwords",
                "Storage", "Ledger",
            ]),

        // Floor 6: what both edges share, and the edges.
        library(
            "Connections",
            [
                "Basics", "JSON", "Domain", "System", "EventLoop", "TLS", "Storage", "Ledger",
                "Accounts",
            ]),
        library(
            "RESPServer",
            [
                "Basics", "JSON", "RESP", "Domain", "System", "EventLoop", "TLS", "Storage",
                "Ledger", "Accounts", "Connections",
            ]),
        library(
            "HTTPServer",
            [
                "Basics", "JSON", "HTTPCore", "Domain", "System", "Crypto", "EventLoop", "TLS",
                "Compression", "WebSocket", "Storage", "Ledger", "Accounts", "Connections",
            ]),

        // Floor 7: the whole.
        library(
            "EntrepotServer",
            [
                "Basics", "JSON", "RESP", "Domain", "Lua", "System", "EventLoop", "RocksDB",
                "Storage", "HTTPClient", "HTTPCore", "TLS", "Crypto", "Ledger", "Plugins",
                "Notifications", "Accounts", "Connections", "RESPServer", "HTTPServer",
            ]),
        .executableTarget(
            name: "entrepot",
            dependencies: [
                "Basics", "JSON", "RESP", "Domain", "Storage", "Ledger", "HTTPServer",
                "EntrepotServer",
            ],
            swiftSettings: house),

        // Tests: one folder per target, then the whole.
        .target(
            name: "TestSupport", dependencies: ["Basics"], path: "Tests/TestSupport",
            swiftSettings: house),
        tests("BasicsTests", ["Basics"]),
        tests("JSONTests", ["Basics", "JSON"]),
        tests("RESPTests", ["Basics", "RESP"]),
        tests("DomainTests", ["Basics", "JSON", "Domain"]),
        tests("RocksDBTests", ["Basics", "RocksDB"]),
        tests("CryptoTests", ["Basics", "Crypto"]),
        tests("LuaTests", ["Basics", "Lua"]),
        tests("SystemTests", ["Basics", "System"]),
        tests("EventLoopTests", ["Basics", "System", "EventLoop"]),
        tests("HTTPClientTests", ["System", "HTTPClient"]),
        tests("HTTPCoreTests", ["Basics", "JSON", "HTTPCore"]),
        tests("TLSTests", ["Basics", "System", "TLS"]),
        tests("PasswordsTests", ["Basics", "Passwords"]),
        tests("CompressionTests", ["Basics", "Compression"]),
        tests("WebSocketTests", ["Basics", "WebSocket"]),
        tests(
            "StorageTests", ["Basics", "JSON", "Domain", "System", "RocksDB", "Crypto", "Storage"]),
        tests(
            "LedgerTests", ["Basics", "JSON", "Domain", "System", "RocksDB", "Storage", "Ledger"]),
        tests(
            "PluginsTests",
            [
                "Basics", "JSON", "Domain", "Lua", "System", "Crypto", "Storage", "Ledger",
                "Plugins",
            ]),
        tests(
            "NotificationsTests",
            ["Basics", "JSON", "Domain", "System", "Crypto", "Storage", "Notifications"]),
        tests(
            "AccountsTests",
            [
                "Basics", "JSON", "Domain", "System", "EventLoop", "Crypto", "Passwords",
                "Storage", "Ledger", "Accounts",
            ]),
        tests(
            "ConnectionsTests",
            ["Basics", "Domain", "System", "EventLoop", "Ledger", "Accounts", "Connections"]),
        tests(
            "RESPServerTests",
            [
                "Basics", "JSON", "RESP", "Domain", "System", "EventLoop", "Storage", "Ledger",
                "Accounts", "Connections", "RESPServer",
            ]),
        tests(
            "HTTPServerTests",
            [
                "Basics", "JSON", "HTTPCore", "Domain", "System", "EventLoop", "Storage",
                "Ledger", "Accounts", "Connections", "HTTPServer",
            ]),
        tests(
            "EntrepotServerTests",
            [
                "Basics", "JSON", "RESP", "System", "EventLoop", "Ledger", "Accounts",
                "Connections", "RESPServer", "HTTPServer", "EntrepotServer",
            ]),
        tests("IntegrationTests", ["Basics", "HTTPCore", "JSON", "RESP"]),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Basics", "JSON", "RESP", "HTTPCore", "WebSocket", "Domain", "Lua", "Storage",
                "Ledger", "Plugins",
            ],
            path: "Fuzz/Targets", swiftSettings: house),
        tests("FuzzTests", ["FuzzTargets"]),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Benchmarks are no part of a normal build.
if Context.environment["ENTREPOT_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "LedgerBenchmark",
            dependencies: ["Basics", "Domain", "System", "Storage", "Ledger"],
            path: "Benchmarks/LedgerBenchmark", swiftSettings: house))
    package.targets.append(
        .executableTarget(
            name: "LuaBenchmark", dependencies: ["Lua"],
            path: "Benchmarks/LuaBenchmark", swiftSettings: house))
    package.targets.append(
        .executableTarget(
            name: "RuleBenchmark",
            dependencies: ["Basics", "Domain", "Storage", "Ledger", "Plugins"],
            path: "Benchmarks/RuleBenchmark", swiftSettings: house))
}

// The fuzzer (scripts/fuzz): every target instrumented, and one more that drives them.
if Context.environment["ENTREPOT_FUZZ"] != nil {
    let sanitizers = ["-sanitize=fuzzer,address"]
    let ofC = ["-fsanitize=fuzzer-no-link,address", "-g"]
    for target in package.targets where target.type == .regular {
        if let settings = target.swiftSettings {
            target.swiftSettings = settings + [.unsafeFlags(sanitizers)]
        } else {
            target.cSettings = [.unsafeFlags(ofC)]
            target.cxxSettings = [.unsafeFlags(ofC)]
        }
    }
    package.targets += [
        .target(name: "CFuzz", path: "Fuzz/CFuzz"),
        .executableTarget(
            name: "entrepot-fuzz", dependencies: ["CFuzz", "FuzzTargets"], path: "Fuzz/Driver",
            swiftSettings: house + [.unsafeFlags(sanitizers)],
            linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"])]),
    ]
}
