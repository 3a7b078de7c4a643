/// The word of a list that a mistyped one most resembles.
package enum NearestWord {
    /// - Returns: the nearest of `words` by edit distance (a swap of neighbours is one edit), or
    ///   nil if none is within a third of the written word's length. Beyond 64 bytes finds nothing.
    /// - Complexity: O(words × length²).
    package static func find(_ written: String, in words: [String]) -> String? {
        let wanted = Array(written.lowercased().utf8)
        if wanted.isEmpty || wanted.count > 64 { return nil }
        var best: (word: String, distance: Int)?
        for word in words {
            let distance = distance(wanted, Array(word.lowercased().utf8))
            if distance < best?.distance ?? .max { best = (word, distance) }
        }
        guard let best, best.distance <= max(wanted.count / 3, 1) else { return nil }
        return best.word
    }

    /// `; did you mean "…"?`, or nothing.
    package static func hint(_ written: String, in words: [String], prefix: String = "") -> String {
        find(written, in: words).map { "; did you mean \"\(prefix)\($0)\"?" } ?? ""
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var older: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let change = left[row] == right[column] ? 0 : 1
                var cost = min(
                    previous[column] + change, previous[column + 1] + 1, current[column] + 1)
                if row > 0 && column > 0 && left[row] == right[column - 1]
                    && left[row - 1] == right[column]
                {
                    cost = min(cost, older[column - 1] + 1)
                }
                current.append(cost)
            }
            older = previous
            previous = current
        }
        return previous[right.count]
    }
}
