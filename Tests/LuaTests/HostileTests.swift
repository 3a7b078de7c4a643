import Basics
import Glibc
import Lua
import Testing

/// Every attack ends within its budget, in the expected way, and does no lasting harm.
@Suite(.serialized, .timeLimit(.minutes(2))) struct HostileSuite {
    /// Time is measured by the thread's own clock, so other tests beside this one do not count.
    static let limits = LuaLimits(instructions: 300_000, microseconds: 300_000)
    static let slackMicroseconds = 50_000

    static let probe = """
        probe = function(trade, line)
          local t = { 3, 1, 2, x = 'y' } table.sort(t)
          local s = ('%d-%s'):format(7, 'a,b'):gsub(',', ';')
          for k, v in pairs(t) do s = s .. tostring(k) .. tostring(v) end
          return s .. trade.lines[2].quantity, line.price * '0.50', math.random(1000)
        end
        """

    @Test(
        arguments: HostileScript.loops + HostileScript.libraries + HostileScript.memory
            + HostileScript.escapes)
    func ends(script: HostileScript) throws {
        let loaded = try Script(
            "return { \(Self.probe), attack = function(trade, line)\n\(script.body)\nend }")
        let before = loaded.call("probe")
        try #require(before.message == "")
        let started = Self.threadMicroseconds()
        let outcome = loaded.call("attack", limits: Self.limits)
        let spent = Self.threadMicroseconds() - started
        #expect(script.endings.contains(outcome.ending), "\(outcome.ending) \(outcome.message)")
        #expect(spent <= Self.limits.microseconds + Self.slackMicroseconds, "\(spent) µs")
        #expect(outcome.usage.memoryPeak <= LuaMachine.defaultMemory)
        #expect(!outcome.message.contains("0x"))
        #expect(outcome.ending == .finished || !outcome.message.isEmpty)
        if loaded.machine.needsReplacement {
            #expect(outcome.ending.isKill)
        } else if script.name != "globals poisoned" {
            #expect(loaded.call("probe").text == before.text)
        }
        let fresh = try Script("return { \(Self.probe) }")
        #expect(fresh.call("probe").text == before.text)
    }

    @Test(arguments: HostileScript.absent) func isAbsent(name: String) throws {
        #expect(try Script.run("return \(name) == nil").first == .boolean(true))
    }

    @Test func aShortTimeIsKept() throws {
        let limits = LuaLimits(instructions: 1_000_000_000, microseconds: 1_000)
        for script in HostileScript.loops + HostileScript.libraries + HostileScript.memory
        where script.endings.contains(.killedInstructions) {
            let loaded = try Script("return { run = function(trade, line)\n\(script.body)\nend }")
            let started = Self.threadMicroseconds()
            let outcome = loaded.call(limits: limits)
            let spent = Self.threadMicroseconds() - started
            #expect(outcome.ending.isKill, "\(script): \(outcome.ending)")
            #expect(spent <= 1_000 + Self.slackMicroseconds, "\(script): \(spent) µs")
        }
    }

    @Test func aKillAtAnyInstructionLeavesTheMachineWell() throws {
        let script = try Script(
            """
            return { \(Self.probe), work = function(trade, line)
              local t = {}
              for i = 1, 40 do
                t[i] = ('%03d'):format(i):gsub('0', function(c) return c .. i end)
                t['k' .. i] = line.price + '1.00'
                pcall(error, { i })
              end
              table.sort(t, function(a, b) return a > b end)
              for k, v in pairs(t) do local x <close> = nil end
              for _, l in ipairs(trade.lines) do t[#t + 1] = l.item:upper():rep(3, ',') end
              return table.concat(t, ' '), 1, 2
            end }
            """)
        let probe = script.call("probe").text
        let whole = script.call("work")
        #expect(whole.message == "")
        var killed = 0
        for instructions in stride(from: 1, through: 2_000, by: 7) {
            let limits = LuaLimits(instructions: instructions, microseconds: 1_000_000)
            let outcome = script.call("work", limits: limits)
            if outcome.ending == .killedInstructions { killed += 1 }
            #expect(outcome.ending == .killedInstructions || outcome.text == whole.text)
            #expect(script.call("probe").text == probe)
        }
        #expect(killed > 100)
        #expect(script.call("work").text == whole.text)
    }

    @Test func aCapAtAnySizeLeavesNoMachineOrAWholeOne() {
        let source =
            "return { run = function(t) local x = {} for i = 1, 200 do x[i] = t.id .. i "
            + "end return #x end }"
        var finished = 0
        var killed = 0
        for cap in stride(from: 0, through: 256 * 1_024, by: 1_024) {
            do {
                let machine = try LuaMachine(Station.interface, memoryBytes: cap)
                let host = Station()
                _ = try machine.load(
                    Array(source.utf8).span, name: "x", limits: Self.limits, host: host)
                guard let run = machine.function(at: [.string("run")]) else { continue }
                var input = LuaInput(count: 1)
                Station.writeTrade(&input, input.root, 0, lines: 1)
                for _ in 0..<3 {
                    let outcome = machine.call(run, input, limits: Self.limits, host: host)
                    #expect(outcome.usage.memoryPeak <= cap)
                    #expect(outcome.ending == .finished || outcome.ending == .killedMemory)
                    if outcome.ending == .finished { finished += 1 } else { killed += 1 }
                }
            } catch {
                #expect(error.kind == .memory)
            }
        }
        #expect(finished > 0)
        #expect(killed > 0)
    }

    @Test func memoryDoesNotGrowFromCallToCall() throws {
        let script = try Script(
            "return { run = function(t, l) local x = {} for i = 1, 100 do x[i] = l.price + '1' end "
                + "return #x end, kill = function() local x = {} while true do x[#x + 1] = {} end "
                + "end }")
        var most = 0
        for round in 0..<400 {
            #expect(script.call().first == .integer(100))
            if round % 40 == 0 { #expect(script.call("kill").ending.isKill) }
            if round == 100 { most = script.machine.memoryUsed }
            if round > 100 { #expect(script.machine.memoryUsed < most + (12 << 20)) }
        }
    }

    private static func threadMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
