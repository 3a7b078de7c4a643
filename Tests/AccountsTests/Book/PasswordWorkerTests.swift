import Accounts
import Basics
import Passwords
import System
import Testing

struct PasswordWorkerTests {
    /// What came back, in order.
    final class Answers: Sendable {
        private let kept = Monitor<[String]>([])

        func add(_ name: String, _ outcome: PasswordWorker.Outcome) {
            let text =
                switch outcome {
                case .hash(let hash): PasswordHash.isUsable(hash) ? "hash" : "no hash"
                case .compared(let isRight): isRight ? "right" : "wrong"
                case .failed: "failed"
                case .stopped: "stopped"
                }
            kept.update { $0.append("\(name) \(text)") }
        }

        func wait(for count: Int) -> [String] {
            kept.wait { $0.count >= count ? $0 : nil } ?? []
        }
    }

    let worker = PasswordWorker(cost: TestBook.cost)
    let answers = Answers()

    @discardableResult
    func compare(_ name: String, isPreferred: Bool = false, key: String? = nil) -> Bool {
        let answers = answers
        return worker.compare(
            Redacted("x"), with: nil, key: key ?? name, isPreferred: isPreferred
        ) { answers.add(name, $0) }
    }

    @Test func bounded() throws {
        for number in 0..<PasswordWorker.capacity {
            #expect(compare("job-\(number)"))
        }
        #expect(!compare("one-more"))
        // The same try costs nothing, and who was here before has a place of his own.
        #expect(compare("again", key: "job-0"))
        for number in 0..<PasswordWorker.capacity {
            #expect(compare("known-\(number)", isPreferred: true))
        }
        #expect(!compare("known-more", isPreferred: true))
        try worker.start()
        let all = answers.wait(for: 2 * PasswordWorker.capacity + 1)
        #expect(all.prefix(PasswordWorker.capacity).allSatisfy { $0.hasPrefix("known-") })
        #expect(all.first == "known-0 wrong")
        #expect(all.dropFirst(PasswordWorker.capacity).prefix(2) == ["job-0 wrong", "again wrong"])
        worker.stop()
    }

    @Test func hashes() throws {
        try worker.start()
        let answers = answers
        #expect(worker.make(Redacted("x")) { answers.add("one", $0) })
        let long = Redacted(String(repeating: "x", count: 2_000))
        #expect(worker.make(long) { answers.add("two", $0) })
        #expect(answers.wait(for: 2) == ["one hash", "two failed"])
        worker.stop()
        #expect(!worker.make(Redacted("x")) { answers.add("late", $0) })
    }

    /// Nobody waits for ever.
    @Test func aStopAnswersEverybody() {
        compare("one")
        compare("two")
        worker.stop()
        #expect(answers.wait(for: 2) == ["one stopped", "two stopped"])
        #expect(!compare("three"))
    }
}
