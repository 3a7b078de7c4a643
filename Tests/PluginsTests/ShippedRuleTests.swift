import Basics
import Domain
import Ledger
import Plugins
import Testing

/// What the program brings along for operators must pass the check that their own rules have to
/// pass: the files of `plugins/`, and the whole rules that `docs/rules.md` shows.
@Suite struct ShippedRuleTests {
    private static let guide = "../docs/rules.md"

    @Test func thereAreSome() {
        #expect(PluginSources.shipped.count >= 7)
        #expect(DocumentedRules.rules(in: PluginSources.text(Self.guide)).count >= 7)
    }

    @Test(arguments: PluginSources.shipped)
    func filesPass(file: String) {
        let name = Identifier(String(file.dropLast(".lua".count)))
        let check = PluginCheck(
            source: PluginSources.text(file), file: file, expectedName: name, limits: Limits())
        #expect(check.failures == [])
        #expect(check.warnings == [])
        #expect(check.outcomes.count > 4)
        #expect(check.metadata?.name == name)
        // Loading one must not fail because a station of an example does not exist.
        #expect(check.definition?.station == nil)
    }

    @Test(arguments: DocumentedRules.rules(in: PluginSources.text(guide)))
    func rulesOfTheGuidePass(rule: DocumentedRules.Rule) {
        let check = PluginCheck(
            source: rule.source, file: "rules.md:\(rule.line)", limits: Limits())
        #expect(check.failures == [])
        #expect(check.warnings == [])
        #expect(!check.outcomes.isEmpty)
    }

    @Test func theGuideNamesEveryFile() {
        let guide = PluginSources.text(Self.guide)
        for file in PluginSources.shipped {
            #expect(guide.contains("](../plugins/\(file))"), "\(file) is not in docs/rules.md")
        }
    }
}

/// The Lua of a page in Markdown.
enum DocumentedRules {
    /// A whole rule, not a fragment of one.
    struct Rule: Sendable, CustomTestStringConvertible {
        /// Of the page, counted from 1.
        let line: Int
        let source: String

        var testDescription: String { "line \(line)" }
    }

    /// The blocks of Lua that name an `api`, as only whole rules do.
    static func rules(in page: String) -> [Rule] {
        var rules: [Rule] = []
        var block: (line: Int, text: String)?
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let (start, text) = block {
                if line != "```" {
                    block = (start, text + line + "\n")
                    continue
                }
                if text.contains("api = 1") { rules.append(Rule(line: start, source: text)) }
                block = nil
            } else if line == "```lua" {
                block = (index + 2, "")
            }
        }
        return rules
    }
}
