// Walks in an order that is the same on every run: integers ascending, then other numbers
// ascending, strings by bytes, false, true. Lua's own order depends on addresses.

#include "host.h"

enum { INTEGER, NUMBER, STRING, BOOLEAN };

typedef struct {
    int kind;
    int place;  // in the list of keys as found
    union {
        lua_Integer integer;
        lua_Number number;
        struct {
            const char *bytes;
            size_t length;
        } string;
    } value;
} entry;

static int compare_bytes(const char *left, size_t length, const char *right, size_t other) {
    int order = memcmp(left, right, length < other ? length : other);
    if (order != 0) return order;
    return length < other ? -1 : length > other;
}

static int compare(const entry *left, const entry *right) {
    if (left->kind != right->kind) return left->kind - right->kind;
    switch (left->kind) {
    case STRING:
        return compare_bytes(left->value.string.bytes, left->value.string.length,
            right->value.string.bytes, right->value.string.length);
    case NUMBER:
        return left->value.number < right->value.number ? -1
            : left->value.number > right->value.number;
    default:
        return left->value.integer < right->value.integer ? -1
            : left->value.integer > right->value.integer;
    }
}

static void sift(entry *entries, size_t root, size_t count) {
    entry moved = entries[root];
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare(&entries[child], &entries[child + 1]) < 0) child++;
        if (compare(&moved, &entries[child]) >= 0) break;
        entries[root] = entries[child];
    }
    entries[root] = moved;
}

static void sort(entry *entries, size_t count) {
    for (size_t root = count / 2; root-- > 0;) sift(entries, root, count);
    for (size_t last = count; last-- > 1;) {
        entry first = entries[0];
        entries[0] = entries[last];
        entries[last] = first;
        sift(entries, 0, last);
    }
}

// What of a key decides its place; raises for a key without a place.
static entry read_key(lua_State *state, int index) {
    entry key = {0};
    switch (lua_type(state, index)) {
    case LUA_TNUMBER:
        if (lua_isinteger(state, index)) {
            key.kind = INTEGER;
            key.value.integer = lua_tointegerx(state, index, NULL);
        } else {
            key.kind = NUMBER;
            key.value.number = lua_tonumberx(state, index, NULL);
        }
        break;
    case LUA_TSTRING:
        key.kind = STRING;
        key.value.string.bytes = lua_tolstring(state, index, &key.value.string.length);
        break;
    case LUA_TBOOLEAN:
        key.kind = BOOLEAN;
        key.value.integer = lua_toboolean(state, index);
        break;
    default:
        luaL_error(state, "a table with a key of type %s has no order to walk it in",
            luaL_typename(state, index));
    }
    return key;
}

// --- next: the smallest key after the given one, found by looking at all ------------------------

int entrepot_next(lua_State *state) {
    entrepot_lua *host = owner(state);
    int begins = lua_isnil(state, 2);
    entry after = {0};
    if (!begins) {
        after = read_key(state, 2);
        // The usual walk along a list.
        if (after.kind == INTEGER && after.value.integer < LUA_MAXINTEGER) {
            lua_pushinteger(state, after.value.integer + 1);
            if (lua_rawgeti(state, 1, after.value.integer + 1) != LUA_TNIL) return 2;
            lua_settop(state, 2);
        }
    }
    int found = 0;
    entry best = {0};
    lua_settop(state, 3);  // 3: the best key so far
    lua_pushnil(state);
    spend_unknown(state, host, 1);
    while (lua_next(state, 1)) {
        lua_settop(state, 4);
        entry key = read_key(state, 4);
        spend(state, host, 1 + (key.kind == STRING ? (int64_t)(key.value.string.length >> 6) : 0));
        if (!begins && compare(&key, &after) <= 0) continue;
        if (found && compare(&key, &best) >= 0) continue;
        found = 1;
        best = key;
        lua_pushvalue(state, 4);
        lua_replace(state, 3);
    }
    lua_settop(state, 3);
    if (!found) {
        lua_pushnil(state);
        return 1;
    }
    lua_pushvalue(state, 3);
    lua_rawget(state, 1);
    return 2;
}

// --- pairs ---------------------------------------------------------------------------------------

static int list_step(lua_State *state) {
    lua_Integer index = lua_isnil(state, 2) ? 1 : luaL_checkinteger(state, 2) + 1;
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_pushinteger(state, index);
    return lua_rawgeti(state, 1, index) == LUA_TNIL ? 1 : 2;
}

// Upvalues: the table, its sorted keys, how many were given.
static int sorted_step(lua_State *state) {
    lua_Integer place = lua_tointegerx(state, lua_upvalueindex(3), NULL);
    for (;;) {
        lua_settop(state, 0);
        place++;
        if (lua_rawgeti(state, lua_upvalueindex(2), place) == LUA_TNIL) break;
        lua_pushvalue(state, 1);
        // A key whose value has gone meanwhile is left out.
        if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNIL) break;
        spend(state, owner(state), 1);
    }
    lua_pushinteger(state, place);
    lua_replace(state, lua_upvalueindex(3));
    return lua_gettop(state);
}

// Whether the keys are 1, 2, … count, so that no sorting is needed.
static int is_list(lua_State *state, entrepot_lua *host, size_t *count) {
    lua_Integer highest = 0;
    int list = 1;
    *count = 0;
    spend_unknown(state, host, 1);
    lua_pushnil(state);
    while (lua_next(state, 1)) {
        spend(state, host, 1);
        lua_settop(state, -2);
        ++*count;
        if (!lua_isinteger(state, -1)) {
            list = 0;
            continue;
        }
        lua_Integer key = lua_tointegerx(state, -1, NULL);
        if (key < 1) list = 0;
        if (key > highest) highest = key;
    }
    return list && (lua_Unsigned)highest == *count;
}

// Argument: the table. Results: a step function, the table, nil.
int entrepot_pairs(lua_State *state) {
    entrepot_lua *host = owner(state);
    size_t count;
    if (is_list(state, host, &count)) {
        lua_pushcfunction(state, list_step);
        lua_pushvalue(state, 1);
        lua_pushnil(state);
        return 3;
    }
    size_t base = host->scratch_length;
    size_t offset = entrepot_scratch_reserve(state, host, count * sizeof(entry));
    lua_createtable(state, (int)count, 0);  // 2: the keys as found, which also keeps them alive
    lua_pushnil(state);
    size_t found = 0;
    int64_t bytes = 0;
    while (found < count && lua_next(state, 1)) {
        lua_settop(state, -2);
        entry key = read_key(state, -1);
        key.place = (int)found + 1;
        if (key.kind == STRING) bytes += (int64_t)(key.value.string.length >> 6);
        ((entry *)(host->scratch + offset))[found++] = key;
        lua_pushvalue(state, -1);
        lua_rawseti(state, 2, key.place);
    }
    lua_settop(state, 2);
    int64_t depth = 1;
    for (size_t left = found; left > 1; left /= 2) depth++;
    spend(state, host, ((int64_t)found + bytes) * depth);
    entry *entries = (entry *)(host->scratch + offset);
    sort(entries, found);
    lua_createtable(state, (int)found, 0);
    for (size_t index = 0; index < found; index++) {
        // Nothing here uses the scratch, so the entries stay where they are.
        lua_rawgeti(state, 2, entries[index].place);
        lua_rawseti(state, 3, (lua_Integer)index + 1);
    }
    host->scratch_length = base;
    lua_pushvalue(state, 1);
    lua_pushvalue(state, 3);
    lua_pushinteger(state, 0);
    lua_pushcclosure(state, sorted_step, 3);
    lua_pushvalue(state, 1);
    lua_pushnil(state);
    return 3;
}
