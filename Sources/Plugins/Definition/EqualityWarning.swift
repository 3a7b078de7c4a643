/// Finds comparisons of money with a string by `==` or `~=`, which Lua never asks a metamethod
/// about: they are always false (or true), whatever the amounts are.
///
/// A heuristic over the text: one side is a string or number literal, the other ends in a field
/// that holds money, in `money(…)` or in `:round()`. It may miss one (a local variable) and may
/// warn of one that is right (a field of the plugin's own with such a name); it refuses nothing.
enum EqualityWarning {
    /// The fields of the documented records that hold money.
    static let fields: Set<String> = ["price", "unit_price", "line_total", "total", "ask"]

    /// The warnings, in order of lines.
    static func find(_ source: SourceTokens) -> [PluginProblem] {
        let tokens = source.tokens
        var warnings: [PluginProblem] = []
        for index in tokens.indices.dropFirst().dropLast()
        where tokens[index].kind == .sign && ["==", "~="].contains(tokens[index].text) {
            let (before, after) = (tokens[index - 1], tokens[index + 1])
            let isSuspect =
                isLiteral(after) && endsInMoney(tokens, index - 1)
                || isLiteral(before) && beginsMoney(tokens, index + 1)
            if isSuspect {
                warnings.append(
                    PluginProblem(
                        line: tokens[index].line,
                        message: "\(tokens[index].text) between money and "
                            + "\(isLiteral(after) ? after.text : before.text) is always "
                            + "\(tokens[index].text == "==" ? "false" : "true"): use :eq(…)"))
            }
        }
        return warnings
    }

    private static func isLiteral(_ token: SourceTokens.Token) -> Bool {
        token.kind == .string || token.kind == .number
    }

    /// Whether the expression that ends at `index` is money by its last name.
    private static func endsInMoney(_ tokens: [SourceTokens.Token], _ index: Int) -> Bool {
        if tokens[index].kind == .name {
            return fields.contains(tokens[index].text) && index > 0 && tokens[index - 1].text == "."
        }
        guard tokens[index].text == ")" else { return false }
        var depth = 0
        var place = index
        while place > 0 {
            if tokens[place].kind == .sign {
                if tokens[place].text == ")" { depth += 1 }
                if tokens[place].text == "(" { depth -= 1 }
            }
            place -= 1
            if depth == 0 { break }
        }
        return tokens[place].kind == .name && ["money", "round"].contains(tokens[place].text)
    }

    /// Whether the expression that begins at `index` is money by its last name.
    private static func beginsMoney(_ tokens: [SourceTokens.Token], _ index: Int) -> Bool {
        guard tokens[index].kind == .name else { return false }
        if tokens[index].text == "money" { return true }
        var place = index
        while place + 2 < tokens.count, tokens[place + 1].text == ".",
            tokens[place + 2].kind == .name
        {
            place += 2
        }
        return place > index && fields.contains(tokens[place].text)
    }
}
