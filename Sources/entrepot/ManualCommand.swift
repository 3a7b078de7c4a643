import EntrepotServer
import HTTPServer

extension Command {
    /// Prints the page of the manual that is made from the command table; hidden from the help.
    static let commandsDocs = Command(
        "commands docs", "Print docs/commands.md, made from the command table", isHidden: true
    ) { invocation in
        invocation.console.write(CommandManual.text)
        return .done
    }

    /// The same for the route table.
    static let routesDocs = Command(
        "routes docs", "Print docs/routes.md, made from the route table", isHidden: true
    ) { invocation in
        invocation.console.write(RouteManual.markdown())
        return .done
    }
}
