#pragma once
// A Lua state with a memory cap and an instruction budget, and only calls that cannot longjmp.
//
// Lua reports errors with longjmp, which must never cross a Swift frame. So every Lua function that
// may raise runs here, inside lua_pcallk; Swift calls these functions and the few of Lua's own that
// raise nothing (lua_type, lua_toboolean, lua_tointegerx, lua_settop, lua_checkstack, …).

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct entrepot_lua entrepot_lua;

// How a protected call ended.
enum {
    ENTREPOT_LUA_OK = 0,
    ENTREPOT_LUA_SYNTAX = 1,
    ENTREPOT_LUA_RUNTIME = 2,
    ENTREPOT_LUA_MEMORY = 3,
    ENTREPOT_LUA_INSTRUCTIONS = 4,
};

// A state without any library, whose allocations never exceed memory_cap bytes; NULL if that is too
// little to make a state.
entrepot_lua *entrepot_lua_new(size_t memory_cap);
// Frees everything. Runs no Lua code as long as no library that sets metatables was opened.
void entrepot_lua_close(entrepot_lua *host);

// The state itself, for the functions of Lua that raise nothing.
lua_State *entrepot_lua_state(entrepot_lua *host);
// Bytes held now, and the most held so far.
size_t entrepot_lua_memory_used(const entrepot_lua *host);
size_t entrepot_lua_memory_peak(const entrepot_lua *host);

// Compiles a text chunk (bytecode is refused) with an empty global table, runs it within `budget`
// VM instructions, and leaves its first result on the stack; on an error its message (or whatever
// was raised) is there instead. chunk_name is the one in messages, at most 50 bytes.
int entrepot_lua_evaluate(
    entrepot_lua *host, const char *source, size_t length, const char *chunk_name, int64_t budget);

// The step of a walk through the table at index `table`, whose last key is on top of the stack:
// replaces the key by the next key and its value and sets *more, or removes it and clears *more.
// The caller has reserved 8 stack slots.
int entrepot_lua_next(entrepot_lua *host, int table, int *more);

#ifdef __cplusplus
}
#endif
