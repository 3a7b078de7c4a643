package import JSON

/// JSON Merge Patch (RFC 7396).
package enum MergePatch {
    /// `target` with the members of `patch` in place of its own; null removes one, objects are
    /// merged, anything else replaces. Members keep their order, new ones come last.
    ///
    /// Recursion goes as deep as the patch, which the reader has bounded.
    package static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = target.object ?? []
        for (key, change) in changes {
            let place = members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
            if change.isNull {
                if let place { members.remove(at: place) }
                continue
            }
            let merged = apply(change, to: place.map { members[$0].value } ?? .null)
            if let place { members[place].value = merged } else { members.append((key, merged)) }
        }
        return .object(members)
    }
}
