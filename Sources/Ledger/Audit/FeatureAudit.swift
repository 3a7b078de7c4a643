import Basics
import Domain
import Storage

/// Compares the records of rules, channels, the outbox and accounts with what the log leaves of
/// them, both ways: a row too few, a row too many, a row that differs.
///
/// Memory: about 80 bytes a row.
final class FeatureAudit {
    private struct Expected {
        var value: Digest128
        var name: String
        var seq: UInt64
    }

    private var stored: [Digest128: Digest128] = [:]
    private var expected: [Digest128: Expected] = [:]
    private var form = StoredForm(identitySeed: 0)

    /// Takes in a stored row.
    func takeRow(_ keyspace: Keyspace, _ key: Span<UInt8>, _ value: Span<UInt8>) {
        stored[RecordTable.hash(keyspace, key)] =
            StateDigest.hash(keyspace, key: key, value: value)
    }

    /// Takes in what an event leaves.
    func take(_ event: borrowing Event, _ names: Names) {
        switch event.data {
        case .plugin, .channel, .notices, .user, .grant: break
        default: return
        }
        let (seq, time) = (event.seq, event.time)
        event.forEachChange { change in
            switch change {
            case .identity: return
            case .noticeRemoved(let key):
                for part in StoreKey.OutboxPart.allCases {
                    expected[RecordTable.hash(.outbox, StoreKey.outbox(key, part).bytes)] = nil
                }
            case .grantRemoved(let id):
                let key = StoreKey.catalog(.grant, id)
                expected[RecordTable.hash(.catalog, key.bytes)] = nil
            default:
                let (keyspace, key) = form.encode(change, time: time)
                expected[RecordTable.hash(keyspace, key.bytes)] = Expected(
                    value: StateDigest.hash(
                        keyspace, key: key.bytes, value: form.value.bytes),
                    name: StoredForm.name(of: change, names), seq: seq)
            }
        }
    }

    /// Tells what differs.
    func compare(_ problem: (_ key: String, _ seq: UInt64, _ detail: String) -> Void) {
        for (key, row) in expected {
            guard let found = stored[key] else {
                problem(row.name, row.seq, "event \(row.seq) left it, and it is not stored")
                continue
            }
            if found != row.value {
                problem(
                    row.name, row.seq, "the record differs from what event \(row.seq) left")
            }
        }
        let extra = stored.keys.count { expected[$0] == nil }
        if extra > 0 {
            problem(
                "outbox", 0,
                "\(extra) records of rules, channels or accounts follow from no event")
        }
    }
}
