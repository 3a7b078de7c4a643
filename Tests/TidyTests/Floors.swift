/// The floors of docs/architecture.md: a target imports anything below and its listed peers.
enum Floors {
    static let floor: [String: Int] = [
        "CRocksDB": 0, "CRocksDBShims": 0, "CLua": 0, "CLuaShims": 0, "COpenSSL": 0, "CCurl": 0,
        "CWslay": 0, "CArgon2": 0, "CZlib": 0, "CSystem": 0,
        "Basics": 1, "JSON": 1, "RESP": 1, "HTTPCore": 1, "Domain": 1,
        "RocksDB": 2, "Lua": 2, "Crypto": 2, "TLS": 2, "HTTPClient": 2, "EventLoop": 2,
        "System": 2, "Passwords": 2, "Compression": 2, "WebSocket": 2,
        "Storage": 3,
        "Ledger": 4,
        "Plugins": 5, "Replication": 5, "Notifications": 5, "Accounts": 5, "Backup": 5,
        "Connections": 6, "RESPServer": 6, "HTTPServer": 6,
        "EntrepotServer": 7, "entrepot": 7, "LedgerBenchmark": 7,
        "LuaBenchmark": 7, "RuleBenchmark": 7,
        "CFuzz": 0, "FuzzTargets": 7,
    ]

    /// The imports on a target's own floor.
    static let peers: [String: Set<String>] = [
        "CRocksDBShims": ["CRocksDB"],
        "CLuaShims": ["CLua"],
        "JSON": ["Basics"],
        "RESP": ["Basics"],
        "HTTPCore": ["Basics", "JSON"],
        "Domain": ["Basics", "JSON"],
        "EventLoop": ["System"],
        "TLS": ["System"],
        "RESPServer": ["Connections"],
        "HTTPServer": ["Connections"],
        "entrepot": ["EntrepotServer"],
    ]

    /// The one wrapper of each C module.
    static let wrappers: [String: Set<String>] = [
        "CRocksDB": ["RocksDB"],
        "CRocksDBShims": ["RocksDB"],
        "CLua": ["Lua"],
        "CLuaShims": ["Lua"],
        "COpenSSL": ["Crypto", "TLS"],
        "CCurl": ["HTTPClient"],
        "CWslay": ["WebSocket"],
        "CArgon2": ["Passwords"],
        "CZlib": ["Compression"],
        "CSystem": ["System", "EventLoop"],
    ]

    /// What lies below and is forbidden all the same.
    static let never: [String: Set<String>] = [
        "Ledger": ["RESP", "HTTPCore", "EventLoop", "Lua", "TLS", "HTTPClient"],
        "Accounts": ["RESP", "HTTPCore", "Lua", "TLS", "HTTPClient"],
        "Storage": ["RESP", "HTTPCore", "EventLoop", "Lua", "TLS", "HTTPClient"],
        "Connections": ["RESP", "HTTPCore", "RocksDB", "Lua"],
        "RESPServer": ["HTTPCore", "RocksDB", "Lua"],
        "HTTPServer": ["RESP", "RocksDB", "Lua"],
        "Domain": ["Glibc"],
        "RESP": ["Glibc"],
        "HTTPCore": ["Glibc"],
    ]

    /// The toolchain's own modules that any target may use.
    static let platform: Set<String> = ["Glibc", "Synchronization", "Swift"]

    /// The toolchain's heavy modules, for floor 7 alone.
    static let heavy: Set<String> = ["Foundation", "FoundationEssentials", "Dispatch"]
}

/// The targets that `Package.swift` declares, read from its text.
struct Manifest {
    /// Swift and C targets under `Sources`, with their declared dependencies.
    var sources: [String: Set<String>] = [:]
    /// Test targets, with theirs.
    var tests: [String: Set<String>] = [:]

    init(text: String) {
        let declaration =
            /(library|tests|\.target|\.executableTarget|\.systemLibrary)\(\s*(?:name:\s*)?"(\w+)"(?:\s*,\s*(?:dependencies:\s*)?\[([^\]]*)\])?/
        for match in text.matches(of: declaration) {
            let listed = match.output.3 ?? ""
            let dependencies = Set(
                listed.split(separator: ",").compactMap { item -> String? in
                    let parts = item.split(separator: "\"", omittingEmptySubsequences: false)
                    return parts.count == 3 ? String(parts[1]) : nil
                })
            if match.output.1 == "tests" {
                tests[String(match.output.2)] = dependencies.union(["TestSupport"])
            } else if match.output.2 != "TestSupport" {
                sources[String(match.output.2)] = dependencies
            }
        }
    }
}
