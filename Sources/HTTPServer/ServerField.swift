/// What the server says of itself in the `Server` field: the name alone, no version.
package let serverField: StaticString = "entrepot"
