// Budgets, kills, and the calls from outside.

#include "host.h"

#include <time.h>

// VM instructions between two looks at the budget: the cost of a count hook is the same for any
// number, so this is only the grain.
enum { GRAIN = 100 };
// Steps of library code between two looks at the clock.
enum { STRIDE = 1000 };
// Source bytes between two looks at the clock: parts of the compiler take quadratic time.
enum { PIECE = 512 };

static uint64_t read_clock(clockid_t which) {
    struct timespec time;
    clock_gettime(which, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void count(lua_State *state, lua_Debug *here);

static void arm(lua_State *state, entrepot_lua *host, int64_t instructions) {
    host->armed = (int)instructions;
    lua_sethook(state, count, LUA_MASKCOUNT, host->armed);
}

// The first function from the top that has lines.
static int current_line(lua_State *state) {
    lua_Debug here;
    for (int level = 0; level < 8 && lua_getstack(state, level, &here); level++) {
        lua_getinfo(state, "l", &here);
        if (here.currentline > 0) return here.currentline;
    }
    return 0;
}

// Every following instruction raises again, so that nothing in Lua can catch it.
static void mark_killed(lua_State *state, entrepot_lua *host, int why) {
    host->killed = why;
    host->kill_line = current_line(state);
    arm(state, host, 1);
}

// Raises what needs no memory; the reason is in the host.
static int raise_kill(lua_State *state) {
    lua_pushlightuserdata(state, owner(state));
    return lua_error(state);
}

// Whether the time is used up. A thread that was pre-empted has used less than the wall clock says:
// then the deadline moves on. The thread's clock costs a system call, so it is read first after a
// quarter of the time, which counts as used.
int entrepot_is_late(entrepot_lua *host) {
    uint64_t now = read_clock(CLOCK_MONOTONIC);
    uint64_t quarter = host->time_budget / 4;
    if (!host->cpu_read && now - host->started >= quarter) {
        host->cpu_read = 1;
        host->cpu_mark = read_clock(CLOCK_THREAD_CPUTIME_ID);
        host->cpu_before = quarter;
    }
    if (now < host->deadline) return 0;
    uint64_t used = host->cpu_before + read_clock(CLOCK_THREAD_CPUTIME_ID) - host->cpu_mark;
    if (used >= host->time_budget) return 1;
    host->deadline = now + (host->time_budget - used);
    return 0;
}

void entrepot_look(lua_State *state, entrepot_lua *host) {
    if (host->killed) raise_kill(state);
    int why = 0;
    if (host->budget <= 0) why = ENTREPOT_LUA_INSTRUCTIONS;
    else if (entrepot_is_late(host)) why = ENTREPOT_LUA_TIME;
    if (why) {
        mark_killed(state, host, why);
        raise_kill(state);
    }
    host->next_look = host->budget > STRIDE ? host->budget - STRIDE : 0;
}

static void count(lua_State *state, lua_Debug *here) {
    (void)here;
    entrepot_lua *host = owner(state);
    host->budget -= host->armed;
    entrepot_look(state, host);
    int64_t grain = host->long_strings ? FINE_GRAIN : GRAIN;
    if (grain > host->budget) grain = host->budget;
    if (grain != host->armed) arm(state, host, grain);
}

static void begin(entrepot_lua *host, const entrepot_lua_limits *limits) {
    host->generation++;
    host->arena_length = 0;
    host->scratch_length = 0;
    host->call_peak = host->used;
    host->refused = 0;
    host->refused_stack = 0;
    host->granted = host->budget = limits->instructions > 0 ? limits->instructions : 1;
    host->next_look = host->budget > STRIDE ? host->budget - STRIDE : 0;
    host->time_budget = limits->nanoseconds;
    host->started = read_clock(CLOCK_MONOTONIC);
    host->deadline = host->started + limits->nanoseconds;
    host->cpu_read = 0;
    host->killed = 0;
    host->kill_line = 0;
    host->random = limits->seed;
    host->callback = limits->callback;
    host->context = limits->context;
    host->active = 1;
    int64_t grain = host->long_strings ? FINE_GRAIN : GRAIN;
    arm(host->state, host, host->budget < grain ? host->budget : grain);
}

static int end(entrepot_lua *host, int status, entrepot_lua_usage *usage) {
    host->active = 0;
    host->callback = NULL;
    host->context = NULL;
    host->generation++;
    int64_t left = host->budget > 0 ? host->budget : 0;
    usage->instructions = host->granted - left;
    usage->nanoseconds = read_clock(CLOCK_MONOTONIC) - host->started;
    usage->memory_peak = host->call_peak;
    usage->line = host->kill_line;
    usage->deep = host->refused_stack;
    if (host->killed) return host->killed;
    if (status == LUA_OK) return ENTREPOT_LUA_OK;
    return status == LUA_ERRMEM ? ENTREPOT_LUA_MEMORY : ENTREPOT_LUA_RUNTIME;
}

int entrepot_lua_active(const entrepot_lua *host) { return host->active; }

typedef struct {
    const char *source;
    size_t left;
    const char *chunk_name;
    int compiled;
    int keep;
    int not_a_table;
} chunk;

// Ends the text early when the time is used up; what the compiler makes of it is never run.
static const char *read_piece(lua_State *state, void *context, size_t *size) {
    chunk *what = context;
    entrepot_lua *host = owner(state);
    if (!host->killed && entrepot_is_late(host)) host->killed = ENTREPOT_LUA_TIME;
    if (what->left == 0 || host->killed) {
        *size = 0;
        return NULL;
    }
    *size = what->left < PIECE ? what->left : PIECE;
    const char *piece = what->source;
    what->source += *size;
    what->left -= *size;
    return piece;
}

// A first line that begins with # is skipped, as scripts have it; its line break stays.
static void skip_first_line(chunk *what) {
    if (what->left == 0 || what->source[0] != '#') return;
    while (what->left > 0 && what->source[0] != '\n') {
        what->source++;
        what->left--;
    }
}

// Runs under lua_pcallk: the one argument is the chunk.
static int compile_and_run(lua_State *state) {
    chunk *what = lua_touserdata(state, 1);
    entrepot_lua *host = owner(state);
    skip_first_line(what);
    lua_gc(state, LUA_GCSTOP);
    int status = lua_load(state, read_piece, what, what->chunk_name, "t");
    lua_gc(state, LUA_GCRESTART);
    if (status != LUA_OK || host->killed) return lua_error(state);
    what->compiled = 1;
    lua_call(state, 0, 1);
    if (!what->keep) return 1;
    if (lua_type(state, -1) != LUA_TTABLE) {
        what->not_a_table = 1;
        lua_pushfstring(state, "must return a table, returns %s", luaL_typename(state, -1));
        return lua_error(state);
    }
    lua_pushvalue(state, -1);
    host->root = luaL_ref(state, LUA_REGISTRYINDEX);
    return 1;
}

int entrepot_lua_load(
    entrepot_lua *host, const char *source, size_t length, const char *chunk_name, int keep,
    const entrepot_lua_limits *limits, entrepot_lua_usage *usage) {
    lua_State *state = host->state;
    chunk what = {source, length, chunk_name, 0, keep, 0};
    begin(host, limits);
    // A light C function and a light userdata: pushing them allocates nothing.
    lua_pushcclosure(state, compile_and_run, 0);
    lua_pushlightuserdata(state, &what);
    int status = lua_pcallk(state, 1, 1, 0, 0, NULL);
    int result = end(host, status, usage);
    if (result != ENTREPOT_LUA_RUNTIME) return result;
    if (what.not_a_table) return ENTREPOT_LUA_NOT_A_TABLE;
    return what.compiled ? ENTREPOT_LUA_RUNTIME : ENTREPOT_LUA_SYNTAX;
}

typedef struct {
    int function;
    const void *cells;
    size_t length;
    int count;
    int results;
} job;

static int call_function(lua_State *state) {
    job *what = lua_touserdata(state, 1);
    entrepot_lua *host = owner(state);
    lua_rawgeti(state, LUA_REGISTRYINDEX, what->function);
    if (what->count > 0) {
        size_t base = entrepot_arena_add(state, host, what->cells, what->length);
        luaL_checkstack(state, what->count + 4, NULL);
        for (int index = 0; index < what->count; index++)
            entrepot_push_cell(state, host, base, (size_t)index * sizeof(entrepot_lua_cell));
    }
    lua_call(state, what->count, what->results);
    return what->results;
}

int entrepot_lua_call(
    entrepot_lua *host, int function, const void *cells, size_t length, int count, int results,
    const entrepot_lua_limits *limits, entrepot_lua_usage *usage) {
    lua_State *state = host->state;
    job what = {function, cells, length, count, results};
    begin(host, limits);
    lua_pushcclosure(state, call_function, 0);
    lua_pushlightuserdata(state, &what);
    return end(host, lua_pcallk(state, 1, results, 0, 0, NULL), usage);
}

void entrepot_lua_push_root(entrepot_lua *host) {
    if (host->root) lua_rawgeti(host->state, LUA_REGISTRYINDEX, host->root);
    else lua_pushnil(host->state);
}

static int make_reference(lua_State *state) {
    lua_pushinteger(state, luaL_ref(state, LUA_REGISTRYINDEX));
    return 1;
}

int entrepot_lua_reference(entrepot_lua *host) {
    lua_State *state = host->state;
    int reference = 0;
    if (lua_type(state, -1) == LUA_TFUNCTION) {
        lua_pushcclosure(state, make_reference, 0);
        lua_rotate(state, -2, 1);
        if (lua_pcallk(state, 1, 1, 0, 0, NULL) == LUA_OK)
            reference = (int)lua_tointegerx(state, -1, NULL);
    }
    lua_settop(state, -2);
    return reference;
}

typedef struct {
    const char *key;
    size_t length;
    int64_t number;
} field;

static int get_field(lua_State *state) {
    field *what = lua_touserdata(state, 2);
    if (what->key) lua_pushlstring(state, what->key, what->length);
    else lua_pushinteger(state, what->number);
    lua_rawget(state, 1);
    return 1;
}

static int read_field(entrepot_lua *host, field what) {
    lua_State *state = host->state;
    if (lua_type(state, -1) == LUA_TTABLE) {
        lua_pushcclosure(state, get_field, 0);
        lua_rotate(state, -2, 1);
        lua_pushlightuserdata(state, &what);
        if (lua_pcallk(state, 2, 1, 0, 0, NULL) == LUA_OK) return lua_type(state, -1);
    }
    lua_settop(state, -2);
    lua_pushnil(state);
    return LUA_TNIL;
}

int entrepot_lua_field(entrepot_lua *host, const char *key, size_t length) {
    return read_field(host, (field){key, length, 0});
}

int entrepot_lua_element(entrepot_lua *host, int64_t key) {
    return read_field(host, (field){NULL, 0, key});
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
    if (status != LUA_OK) return status == LUA_ERRMEM ? ENTREPOT_LUA_MEMORY : ENTREPOT_LUA_RUNTIME;
    *more = lua_gettop(state) - before == 2;
    return ENTREPOT_LUA_OK;
}
