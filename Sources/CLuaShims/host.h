#pragma once
// Shared by the files of this module, not by Swift.

#include "include/CLuaShims.h"

#include <lauxlib.h>
#include <string.h>

// Kinds of `result` beyond those of cells.
enum { ENTREPOT_RESULT_CELLS = 200, ENTREPOT_RESULT_ERROR = 201 };

// VM instructions between two looks at the budget once there was a long string.
enum { FINE_GRAIN = 10 };

struct entrepot_lua {
    lua_State *state;

    // Memory: used <= cap at all times.
    size_t cap;
    size_t used;
    size_t peak;
    size_t call_peak;
    void *stack_block;  // where Lua keeps its stack, see memory.c
    size_t stack_size;
    void *last_vector;
    size_t last_vector_size;
    size_t refused;  // size of the allocation refused last, 0 after one that succeeded
    int refused_stack;

    // Budget of the running call.
    int64_t granted;
    int64_t budget;     // steps left
    int64_t next_look;  // at this many steps left the clock is read again
    uint64_t started;
    uint64_t time_budget;
    uint64_t deadline;
    uint64_t cpu_mark;    // thread CPU time when first read
    uint64_t cpu_before;  // what is counted for the time before that
    int cpu_read;
    int armed;         // count of the hook
    int long_strings;  // some string is so long that one instruction may take 0.1 ms
    int killed;        // ENTREPOT_LUA_MEMORY … TIME, cleared only by the next call from outside
    int kill_line;
    int active;
    uint64_t random;

    // Handles of records point into the arena and carry the generation of their call.
    uint64_t generation;
    uint8_t *arena;
    size_t arena_length;
    size_t arena_capacity;
    // Strings under construction: a stack of bytes, cut back where an error is caught.
    uint8_t *scratch;
    size_t scratch_length;
    size_t scratch_capacity;

    // The host.
    entrepot_lua_callback callback;
    void *context;
    entrepot_lua_cell result;
    uint64_t result_value[2];
    size_t result_base;  // offset of the cells of the result in the arena
    char *text;  // a string result or an error
    size_t text_length;
    size_t text_capacity;
    int root;
    int lock;  // its address is the key of a locked table's content in its metatable
    int values_ref;   // registry: list of metatables of host values, by tag
    int records_ref;  // registry: list of metatables of records, by type; 0: list, -1: map
    int record_types;
    int tags;
};

static inline entrepot_lua *owner(lua_State *state) {
    return *(entrepot_lua **)lua_getextraspace(state);
}

// Reads the clock; raises if the budget is spent.
void entrepot_look(lua_State *state, entrepot_lua *host);

// Whether the time of the call is used up.
int entrepot_is_late(entrepot_lua *host);

// Charges steps to the running call; raises once they are spent.
static inline void spend(lua_State *state, entrepot_lua *host, int64_t steps) {
    host->budget -= steps;
    if (host->budget <= host->next_look) entrepot_look(state, host);
}

// Reads the clock even if few steps were taken, for work whose size Lua does not tell.
static inline void spend_unknown(lua_State *state, entrepot_lua *host, int64_t steps) {
    host->budget -= steps;
    if (host->used > (1 << 18) || host->budget <= host->next_look) entrepot_look(state, host);
}

// Bytes under construction; raise if the string or all of them get too long.
void entrepot_scratch_add(
    lua_State *state, entrepot_lua *host, size_t base, const void *bytes, size_t length);
void entrepot_scratch_fill(
    lua_State *state, entrepot_lua *host, size_t base, int byte, size_t length);
// Makes room for `size` bytes and returns their offset; for sorting.
size_t entrepot_scratch_reserve(lua_State *state, entrepot_lua *host, size_t size);
// Pushes the bytes from `base` on as a string and drops them.
void entrepot_scratch_push(lua_State *state, entrepot_lua *host, size_t base);

// base.c
int entrepot_is_locked(lua_State *state, int index);
void entrepot_need_table(lua_State *state, int index);  // one that may be written
int entrepot_pcall(lua_State *state);
void entrepot_push_text(lua_State *state, int index);  // what tostring gives
void entrepot_push_locked(lua_State *state);           // wraps the table on top of the stack
// Makes the table on top of the stack a read-only global, whose functions messages name.
void entrepot_publish(lua_State *state, const char *name);
void entrepot_open_base(lua_State *state);
// pairs.c
int entrepot_next(lua_State *state);
int entrepot_pairs(lua_State *state);
// patterns.c
void entrepot_open_patterns(lua_State *state);
// strings.c, format.c
void entrepot_open_string(lua_State *state);
int entrepot_format(lua_State *state);
size_t entrepot_position(lua_Integer position, size_t length);
// tables.c
void entrepot_open_table(lua_State *state);
// numbers.c
void entrepot_open_math(lua_State *state);
// utf8.c
void entrepot_open_utf8(lua_State *state);
// records.c
size_t entrepot_arena_add(lua_State *state, entrepot_lua *host, const void *cells, size_t length);
void entrepot_push_cell(lua_State *state, entrepot_lua *host, size_t base, size_t offset);
void entrepot_push_host_value(
    lua_State *state, entrepot_lua *host, int tag, uint64_t first, uint64_t second);
void entrepot_record_type(
    lua_State *state, entrepot_lua *host, const char *line, size_t length);
void entrepot_open_records(lua_State *state);
int entrepot_is_handle(lua_State *state, int index);
int entrepot_handle_pairs(lua_State *state);
// interface.c
int entrepot_invoke(lua_State *state, entrepot_lua *host, int what, int number);
void entrepot_open_interface(lua_State *state, const char *text, size_t length);
