// The allocator with a cap, and the memory that lies outside Lua's heap.

#include "host.h"

#include <stdlib.h>

// Bytes of the stack of Lua values, 20 480 slots: beyond, a recursion is endless. It also bounds
// what one instruction can do to the stack (a chain of __call shifts all of it, again and again).
enum { STACK_MAX = (20480 + 5) * 16 };
// Room of a string object around its bytes.
enum { STRING_ROOM = 64 };
// A string this long may cost one instruction 0.1 ms (comparing, or reading it as a number).
enum { LONG_STRING = 4096 };

// Steps for making a block of this size: copying, clearing and collecting it takes time.
static int64_t price(size_t size) { return size < 1024 ? 0 : (int64_t)(size >> 6); }

// Long strings last, so this holds for the rest of the state's life.
static void look_more_often(entrepot_lua *host) {
    host->long_strings = 1;
    if (!host->active || host->killed || host->armed <= FINE_GRAIN) return;
    host->budget -= host->armed;  // as if all of them were used
    host->armed = FINE_GRAIN;
    lua_sethook(host->state, lua_gethook(host->state), LUA_MASKCOUNT, FINE_GRAIN);
}

// From here on every instruction raises, so that no script can go on at the edge.
static void kill_call(entrepot_lua *host, int why, int is_stack) {
    host->killed = why;
    host->refused_stack = is_stack;
    host->armed = 1;
    lua_sethook(host->state, lua_gethook(host->state), LUA_MASKCOUNT, 1);
}

// Lua tries each refused allocation once more, after a full collection; the second refusal ends the
// call.
static void *refuse(entrepot_lua *host, size_t size, int is_stack) {
    if (host->refused == size && host->active && !host->killed)
        kill_call(host, ENTREPOT_LUA_MEMORY, is_stack);
    host->refused = size;
    return NULL;
}

// Lua's stack is the first vector ever made. To change its size Lua makes a new vector and frees
// the old one right after, so the stack is known by the free of the one before; to grow, it doubles
// the slots in use (there are 5 more).
static int is_stack_growth(
    const entrepot_lua *host, const void *pointer, size_t kind, size_t size) {
    return pointer == NULL && kind == 0 && size == 2 * host->stack_size - 5 * 16;
}

static void note_freed(entrepot_lua *host, const void *block) {
    if (block != host->stack_block) return;
    host->stack_block = host->last_vector;
    host->stack_size = host->last_vector_size;
}

static void note_made(entrepot_lua *host, void *block, size_t kind, size_t size) {
    if (kind != 0) return;
    host->last_vector = block;
    host->last_vector_size = size;
    if (host->stack_block == NULL) note_freed(host, NULL);  // the first vector
}

static void *allocate(void *context, void *pointer, size_t old_size, size_t new_size) {
    entrepot_lua *host = context;
    // Without a block, old_size is the kind of the new object (0: a vector), not a size.
    size_t old = pointer ? old_size : 0;
    if (new_size == 0) {
        note_freed(host, pointer);
        free(pointer);
        host->used -= old;
        return NULL;
    }
    if (new_size > old) {
        if (pointer == NULL && old_size == LUA_TSTRING && new_size > LONG_STRING) {
            if (new_size > ENTREPOT_LUA_STRING_MAX + STRING_ROOM) return refuse(host, new_size, 0);
            if (!host->long_strings) look_more_often(host);
        }
        if (is_stack_growth(host, pointer, old_size, new_size)) {
            if (new_size > STACK_MAX) return refuse(host, new_size, 1);
            // A chain of __call grows the stack without any instruction in between.
            if (host->active && !host->killed && entrepot_is_late(host))
                kill_call(host, ENTREPOT_LUA_TIME, 0);
            if (host->killed) return refuse(host, new_size, 0);
        }
        if (new_size - old > host->cap - host->used) return refuse(host, new_size, 0);
        host->budget -= price(new_size);
    }
    void *block = realloc(pointer, new_size);
    if (block == NULL) {
        // Lua relies on shrinking never failing: keep the larger block, count it as smaller.
        if (new_size > old) return refuse(host, new_size, 0);
        block = pointer;
    }
    host->refused = 0;
    if (pointer == NULL) note_made(host, block, old_size, new_size);
    host->used = host->used - old + new_size;
    if (host->used > host->call_peak) host->call_peak = host->used;
    if (host->used > host->peak) host->peak = host->used;
    return block;
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
    *(entrepot_lua **)lua_getextraspace(host->state) = host;
    return host;
}

void entrepot_lua_close(entrepot_lua *host) {
    if (host == NULL) return;
    lua_sethook(host->state, NULL, 0, 0);
    lua_close(host->state);
    free(host->arena);
    free(host->scratch);
    free(host->text);
    free(host);
}

lua_State *entrepot_lua_state(entrepot_lua *host) { return host->state; }
size_t entrepot_lua_memory_used(const entrepot_lua *host) { return host->used; }
size_t entrepot_lua_memory_peak(const entrepot_lua *host) { return host->peak; }

// All strings under construction together, or the keys that one pairs sorts.
enum { SCRATCH_MAX = 4 << 20 };

static uint8_t *room(lua_State *state, entrepot_lua *host, size_t length) {
    if (length > SCRATCH_MAX - host->scratch_length) luaL_error(state, "too much at a time");
    size_t needed = host->scratch_length + length;
    if (needed > host->scratch_capacity) {
        size_t capacity = host->scratch_capacity ? host->scratch_capacity : 512;
        while (capacity < needed) capacity *= 2;
        uint8_t *block = realloc(host->scratch, capacity);
        if (block == NULL) luaL_error(state, "too much at a time");
        host->scratch = block;
        host->scratch_capacity = capacity;
    }
    uint8_t *place = host->scratch + host->scratch_length;
    host->scratch_length = needed;
    return place;
}

static uint8_t *string_room(lua_State *state, entrepot_lua *host, size_t base, size_t length) {
    if (length > ENTREPOT_LUA_STRING_MAX - (host->scratch_length - base))
        luaL_error(state, "the string gets longer than %d bytes", ENTREPOT_LUA_STRING_MAX);
    spend(state, host, (int64_t)(length >> 6));
    return room(state, host, length);
}

void entrepot_scratch_add(
    lua_State *state, entrepot_lua *host, size_t base, const void *bytes, size_t length) {
    if (length == 0) return;
    memcpy(string_room(state, host, base, length), bytes, length);
}

void entrepot_scratch_fill(
    lua_State *state, entrepot_lua *host, size_t base, int byte, size_t length) {
    if (length == 0) return;
    memset(string_room(state, host, base, length), byte, length);
}

size_t entrepot_scratch_reserve(lua_State *state, entrepot_lua *host, size_t size) {
    // Aligned for anything: a string below may have any length.
    size_t gap = (16 - host->scratch_length % 16) % 16;
    room(state, host, gap + size);
    return host->scratch_length - size;
}

void entrepot_scratch_push(lua_State *state, entrepot_lua *host, size_t base) {
    lua_pushlstring(state, (char *)host->scratch + base, host->scratch_length - base);
    host->scratch_length = base;
}
