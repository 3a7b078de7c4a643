#pragma once
// Lua states that hold hostile code: a memory cap, budgets of steps and time that nothing in Lua
// can catch, own bounded libraries, and only calls that cannot longjmp.
//
// Lua reports errors with longjmp, which must never cross a Swift frame. So every Lua function that
// may raise runs here, inside lua_pcallk; Swift calls these functions and the few of Lua's own that
// raise nothing (lua_type, lua_toboolean, lua_tointegerx, lua_settop, lua_checkstack, …). A host
// function written in Swift leaves its result in the host and returns a code; the C frame that
// called it raises, after Swift has returned.

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct entrepot_lua entrepot_lua;

// How a protected call ended. The last three are kills: nothing in Lua could catch them.
enum {
    ENTREPOT_LUA_OK = 0,
    ENTREPOT_LUA_SYNTAX = 1,
    ENTREPOT_LUA_RUNTIME = 2,
    ENTREPOT_LUA_NOT_A_TABLE = 3,
    ENTREPOT_LUA_MEMORY = 4,
    ENTREPOT_LUA_INSTRUCTIONS = 5,
    ENTREPOT_LUA_TIME = 6,
};

// Bytes of the longest string.
enum { ENTREPOT_LUA_STRING_MAX = 65536 };

// A call from Lua into Swift; `what` says which of these it is.
enum {
    ENTREPOT_LUA_FUNCTION = 0,   // number: of the function in the interface
    ENTREPOT_LUA_OPERATION = 1,  // number: tag * 256 + operation, or + 32 + method
    ENTREPOT_LUA_PRINT = 2,      // one argument, a string
};
// Returns 0 after entrepot_lua_return_…, or -1 after entrepot_lua_return_error.
typedef int32_t (*entrepot_lua_callback)(
    void *context, entrepot_lua *host, int32_t what, int32_t number);

// What one call may spend.
typedef struct {
    int64_t instructions;  // steps: VM instructions, and those that the libraries count
    uint64_t nanoseconds;
    uint64_t seed;  // of math.random
    entrepot_lua_callback callback;
    void *context;
} entrepot_lua_limits;

// What one call spent.
typedef struct {
    int64_t instructions;
    uint64_t nanoseconds;
    size_t memory_peak;
    int32_t line;  // where a kill for instructions or time struck; 0 if unknown
    int32_t deep;  // a memory kill was for the depth of calls
} entrepot_lua_usage;

// The arguments of a call, or a record that a host function returns: one flat buffer of cells.
// Offsets count from the start of the buffer and are multiples of 8.
typedef struct {
    uint8_t kind;
    uint8_t tag;       // of a host value
    uint16_t unused;
    uint32_t length;   // string: bytes; list, map: entries; record: number of its type
    uint64_t payload;  // the value itself, or the offset of bytes or cells
} entrepot_lua_cell;

enum {
    ENTREPOT_CELL_NIL = 0,
    ENTREPOT_CELL_FALSE = 1,
    ENTREPOT_CELL_TRUE = 2,
    ENTREPOT_CELL_INTEGER = 3,
    ENTREPOT_CELL_NUMBER = 4,
    ENTREPOT_CELL_STRING = 5,
    ENTREPOT_CELL_HOST_VALUE = 6,  // payload: offset of its 16 bytes
    ENTREPOT_CELL_RECORD = 7,
    ENTREPOT_CELL_LIST = 8,
    ENTREPOT_CELL_MAP = 9,  // cells: key, value, key, value, …
};

// A state without any library, whose allocations never exceed memory_cap bytes; NULL if that is too
// little to make a state.
entrepot_lua *entrepot_lua_new(size_t memory_cap);
// Frees everything. Runs no Lua code: no object of a script ever gets a finalizer.
void entrepot_lua_close(entrepot_lua *host);
// Opens the libraries and the interface, a text of lines with tab-separated parts:
//   F path            a host function at a global path ("money", "entrepot.stock")
//   V path            a host field: each read calls the function without arguments
//   T name method…    the next tag of host values, with the names of its methods
//   R name field…     the next record type
int entrepot_lua_open(entrepot_lua *host, const char *interface, size_t length);

// The state itself, for the functions of Lua that raise nothing.
lua_State *entrepot_lua_state(entrepot_lua *host);
// Bytes held now, and the most held so far.
size_t entrepot_lua_memory_used(const entrepot_lua *host);
size_t entrepot_lua_memory_peak(const entrepot_lua *host);

// Compiles a text chunk (bytecode is refused), runs it within the limits, and leaves its first
// result on the stack; on an error its message (or whatever was raised) is there instead.
// chunk_name begins with '=' and is at most 50 bytes. With `keep` the result must be a table, which
// stays reachable as the root of paths.
int entrepot_lua_load(
    entrepot_lua *host, const char *source, size_t length, const char *chunk_name, int keep,
    const entrepot_lua_limits *limits, entrepot_lua_usage *usage);

// Pushes the kept table, or nil. The caller has reserved a stack slot.
void entrepot_lua_push_root(entrepot_lua *host);
// A reference to the function on top of the stack, which is popped; 0 if it is no function or
// memory ends.
int entrepot_lua_reference(entrepot_lua *host);
// Replaces the table on top of the stack by its field, read without metamethods; anything else on
// top becomes nil. Returns the type of the field.
int entrepot_lua_field(entrepot_lua *host, const char *key, size_t length);
int entrepot_lua_element(entrepot_lua *host, int64_t key);

// Calls a referenced function with `count` cells at the start of the buffer as arguments; leaves
// `results` values on the stack, or the error.
int entrepot_lua_call(
    entrepot_lua *host, int function, const void *cells, size_t length, int count, int results,
    const entrepot_lua_limits *limits, entrepot_lua_usage *usage);
// Whether a call is going on (a host function may not start another).
int entrepot_lua_active(const entrepot_lua *host);

// The step of a walk through the table at index `table`, whose last key is on top of the stack:
// replaces the key by the next key and its value and sets *more, or removes it and clears *more.
// The caller has reserved 8 stack slots.
int entrepot_lua_next(entrepot_lua *host, int table, int *more);

// The 16 bytes of the host value at a stack index and its tag, or NULL.
const void *entrepot_lua_host_value(entrepot_lua *host, int index, uint8_t *tag);
// Whether a record, list or map of the host is at a stack index.
int entrepot_lua_is_record(entrepot_lua *host, int index);

// The result of a host function. None of these raises; bytes are copied.
void entrepot_lua_return_cell(entrepot_lua *host, entrepot_lua_cell cell);
void entrepot_lua_return_host_value(
    entrepot_lua *host, uint8_t tag, uint64_t first, uint64_t second);
void entrepot_lua_return_string(entrepot_lua *host, const void *bytes, size_t length);
void entrepot_lua_return_error(entrepot_lua *host, const void *bytes, size_t length);
// The first cell of a buffer as above.
void entrepot_lua_return_cells(entrepot_lua *host, const void *cells, size_t length);

#ifdef __cplusplus
}
#endif
