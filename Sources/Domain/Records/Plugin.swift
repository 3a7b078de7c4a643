package import Basics

/// What a rule does with a trade when it fails. The numbers are on disk: never renumber.
package enum RuleFailure: UInt8, Sendable, CaseIterable {
    /// The trade is refused with `RULEERROR`.
    case reject = 1
    /// The rule counts as if it had said nothing.
    case skip = 2

    package var name: StaticString {
        switch self {
        case .reject: "reject"
        case .skip: "skip"
        }
    }
}

/// How events, steps and replies name a version: `1.2.0@3fa9c1d2`.
package struct VersionTag: Hashable, Sendable {
    /// The first 16 bytes of SHA-256 over the name, a zero byte and the source.
    package var digest: Digest128
    /// What the source calls itself.
    package var declared: String

    package init(digest: Digest128, declared: String) {
        self.digest = digest
        self.declared = declared
    }

    /// The declared version and the first 8 hexadecimal digits of the digest.
    package var label: String { "\(declared)@\(digest.text.prefix(8))" }

    /// Whether a word of a command means this version: its declared version, its label, or at
    /// least 6 digits that its digest begins with.
    package func matches(_ word: String) -> Bool {
        if word == declared || word == label { return true }
        return word.utf8.count >= 6 && digest.text.hasPrefix(word.lowercased())
    }
}

/// One version of a plugin; never changed once it is there.
package struct PluginVersion: Equatable, Sendable {
    package var plugin: Identifier
    package var tag: VersionTag
    /// Private: never in an event's JSON. Empty in the state in memory; a `ReadView` has it.
    package var source: String
    package var author: Identifier
    package var time: Timestamp
    /// Whose trades it sees; nil for `*`.
    package var station: StationNumber?
    /// Lower runs first; ties by name.
    package var priority: Int64
    /// `pricing`, `validate`, `eta`, `on:shipment.delayed`, `every:1h`.
    package var hooks: [String]
    package var description: String?
    package var onError: RuleFailure
    /// Whether it came from the watched folder.
    package var isFromFile: Bool
    package var seq: UInt64
    package var unknown: [UInt8]

    /// The longest source, in bytes: an event holds it whole.
    package static let maximumSourceBytes = 240 << 10

    package init(
        plugin: Identifier, tag: VersionTag, source: String, author: Identifier, time: Timestamp,
        station: StationNumber?, onError: RuleFailure, seq: UInt64
    ) {
        self.plugin = plugin
        self.tag = tag
        self.source = source
        self.author = author
        self.time = time
        self.station = station
        priority = 50
        hooks = []
        description = nil
        self.onError = onError
        isFromFile = false
        self.seq = seq
        unknown = []
    }
}

/// What a plugin's candidate does beside the live version.
package enum PluginTrial: Equatable, Sendable {
    case off
    /// It computes and is compared, and changes nothing.
    case shadow
    /// It serves this share of the trades, 1–99.
    case canary(percent: Int)
}

/// What a plugin as a whole does.
package enum PluginMode: Equatable, Sendable {
    case off
    case shadow
    case canary(percent: Int)
    case live

    package var name: StaticString {
        switch self {
        case .off: "off"
        case .shadow: "shadow"
        case .canary: "canary"
        case .live: "live"
        }
    }
}

/// A rule by name, and which of its versions do what.
package struct Plugin: Equatable, Sendable {
    package var name: Identifier
    /// The version that serves.
    package var live: VersionTag?
    /// The version that was loaded and does not serve yet.
    package var candidate: VersionTag?
    package var trial: PluginTrial
    /// The version that served before, for a rollback.
    package var previous: VersionTag?
    /// The bytes of the file in the watched folder that were read last: the digest they have with
    /// the name.
    package var file: Digest128?
    /// Whose trades its versions see; nil for `*`.
    package var station: StationNumber?
    /// Removed: nothing of it runs, its versions stay readable, a load brings it back.
    package var isRemoved: Bool
    package var created: Timestamp
    package var updated: Timestamp
    package var seq: UInt64
    package var unknown: [UInt8]

    /// The most plugins there may be.
    package static let limit = 256

    package init(name: Identifier, created: Timestamp, seq: UInt64) {
        self.name = name
        live = nil
        candidate = nil
        trial = .off
        previous = nil
        file = nil
        station = nil
        isRemoved = false
        self.created = created
        updated = created
        self.seq = seq
        unknown = []
    }

    package var mode: PluginMode {
        switch trial {
        case .shadow: .shadow
        case .canary(let percent): .canary(percent: percent)
        case .off: live == nil ? .off : .live
        }
    }

    /// The version that a command means where it names none.
    package var current: VersionTag? { candidate ?? live }
}

/// The small table of a plugin's own: read in any hook, written by the returns of `on` and `every`.
package struct PluginState: Equatable, Sendable {
    package var plugin: Identifier
    /// A compact JSON object.
    package var json: String
    package var seq: UInt64
    package var unknown: [UInt8]

    /// The longest object, in bytes.
    package static let maximumBytes = 64 << 10

    package init(plugin: Identifier, json: String, seq: UInt64) {
        self.plugin = plugin
        self.json = json
        self.seq = seq
        unknown = []
    }
}

/// How far a plugin's `on` hooks have read the log, and when its `every` hooks ran.
package struct HookCursor: Equatable, Sendable {
    /// When a timer ran last.
    package struct Timer: Equatable, Sendable {
        /// Its period in milliseconds, which names it.
        package var every: Int64
        package var last: Timestamp

        package init(every: Int64, last: Timestamp) {
            self.every = every
            self.last = last
        }
    }

    /// The plugin, or `routes.` for the plain routes.
    package var owner: Identifier
    /// Events up to here are done.
    package var seq: UInt64
    package var timers: [Timer]
    package var unknown: [UInt8]

    /// The owner of the cursor of plain routes; no plugin has this name.
    package static let routes = Identifier(literal: "routes.")

    package init(owner: Identifier, seq: UInt64, timers: [Timer] = []) {
        self.owner = owner
        self.seq = seq
        self.timers = timers
        unknown = []
    }
}
