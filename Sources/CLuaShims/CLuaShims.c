#include "CLuaShims.h"

#include <lauxlib.h>
#include <stdlib.h>

// VM instructions between two looks at the budget: the cost of a count hook is the same for any
// number, so this is only the grain of the budget.
enum { STEP = 100 };

struct entrepot_lua {
    lua_State *state;
    size_t cap;
    size_t used;  // invariant: used <= cap
    size_t peak;
    int64_t budget;  // instructions left
    int overrun;     // set by the hook, cleared only by the next call from outside
};

static void *allocate(void *context, void *pointer, size_t old_size, size_t new_size) {
    entrepot_lua *host = context;
    // Without a block, old_size is the kind of the new object, not a size.
    size_t old = pointer ? old_size : 0;
    if (new_size == 0) {
        free(pointer);
        host->used -= old;
        return NULL;
    }
    if (new_size > old && new_size - old > host->cap - host->used) return NULL;
    void *block = realloc(pointer, new_size);
    if (block == NULL) {
        // Lua relies on shrinking never failing: keep the larger block, count it as smaller.
        if (new_size > old) return NULL;
        block = pointer;
    }
    host->used = host->used - old + new_size;
    if (host->used > host->peak) host->peak = host->used;
    return block;
}

static entrepot_lua *owner(lua_State *state) {
    void *context;
    lua_getallocf(state, &context);
    return context;
}

// Once the budget is gone every following step raises again, so that nothing in Lua can catch it.
static void count(lua_State *state, lua_Debug *unused) {
    (void)unused;
    entrepot_lua *host = owner(state);
    host->budget -= STEP;
    if (host->budget <= 0) {
        host->overrun = 1;
        luaL_where(state, 0);  // level 0: a hook is no function of its own
        lua_pushstring(state, "instruction budget used up");
        lua_concat(state, 2);
        lua_error(state);
    }
}

static int outcome(entrepot_lua *host, int status) {
    if (status == LUA_OK) return ENTREPOT_LUA_OK;
    if (host->overrun) return ENTREPOT_LUA_INSTRUCTIONS;
    if (status == LUA_ERRMEM) return ENTREPOT_LUA_MEMORY;
    return ENTREPOT_LUA_RUNTIME;
}

entrepot_lua *entrepot_lua_new(size_t memory_cap) {
    entrepot_lua *host = calloc(1, sizeof *host);
    if (host == NULL) return NULL;
    host->cap = memory_cap;
    host->state = lua_newstate(allocate, host);
    if (host->state == NULL) {
        free(host);
        return NULL;
    }
    return host;
}

void entrepot_lua_close(entrepot_lua *host) {
    if (host == NULL) return;
    lua_sethook(host->state, NULL, 0, 0);
    lua_close(host->state);
    free(host);
}

lua_State *entrepot_lua_state(entrepot_lua *host) { return host->state; }
size_t entrepot_lua_memory_used(const entrepot_lua *host) { return host->used; }
size_t entrepot_lua_memory_peak(const entrepot_lua *host) { return host->peak; }

typedef struct {
    const char *source;
    size_t length;
    const char *chunk_name;
    int compiled;
} chunk;

// Runs under lua_pcallk: the one argument is the chunk.
static int compile_and_run(lua_State *state) {
    chunk *what = lua_touserdata(state, 1);
    if (luaL_loadbufferx(state, what->source, what->length, what->chunk_name, "t") != LUA_OK)
        return lua_error(state);
    what->compiled = 1;
    lua_call(state, 0, 1);
    return 1;
}

int entrepot_lua_evaluate(
    entrepot_lua *host, const char *source, size_t length, const char *chunk_name, int64_t budget) {
    lua_State *state = host->state;
    chunk what = {source, length, chunk_name, 0};
    host->budget = budget;
    host->overrun = 0;
    // A light C function and a light userdata: pushing them allocates nothing.
    lua_pushcclosure(state, compile_and_run, 0);
    lua_pushlightuserdata(state, &what);
    lua_sethook(state, count, LUA_MASKCOUNT, STEP);
    int status = lua_pcallk(state, 1, 1, 0, 0, NULL);
    lua_sethook(state, NULL, 0, 0);
    int result = outcome(host, status);
    if (result == ENTREPOT_LUA_RUNTIME && !what.compiled) return ENTREPOT_LUA_SYNTAX;
    return result;
}

// Runs under lua_pcallk: (table, key) gives (key, value), or nothing at the end.
static int next_pair(lua_State *state) { return lua_next(state, 1) ? 2 : 0; }

int entrepot_lua_next(entrepot_lua *host, int table, int *more) {
    lua_State *state = host->state;
    int absolute = lua_absindex(state, table);
    lua_pushcclosure(state, next_pair, 0);
    lua_pushvalue(state, absolute);
    lua_rotate(state, -3, -1);  // key function table -> function table key
    *more = 0;
    int before = lua_gettop(state) - 3;
    int status = lua_pcallk(state, 2, LUA_MULTRET, 0, 0, NULL);
    if (status != LUA_OK) return outcome(host, status);
    *more = lua_gettop(state) - before == 2;
    return ENTREPOT_LUA_OK;
}
