// The table library. It looks past metatables, so no `__len` can lie to it; each element that it
// moves or compares is a step.

#include "host.h"

#include <limits.h>

// Results of one unpack (and string.byte): more would need a deeper stack than there is.
enum { RESULTS_MAX = 8000 };

static lua_Integer own_length(lua_State *state, int index) {
    return (lua_Integer)lua_rawlen(state, index);
}

static int table_insert(lua_State *state) {
    entrepot_need_table(state, 1);
    entrepot_lua *host = owner(state);
    lua_Integer end = own_length(state, 1) + 1;
    lua_Integer position = end;
    switch (lua_gettop(state)) {
    case 2: break;
    case 3:
        position = luaL_checkinteger(state, 2);
        luaL_argcheck(state, position >= 1 && position <= end, 2, "position out of bounds");
        for (lua_Integer index = end; index > position; index--) {
            spend(state, host, 1);
            lua_rawgeti(state, 1, index - 1);
            lua_rawseti(state, 1, index);
        }
        break;
    default: return luaL_error(state, "wrong number of arguments to 'insert'");
    }
    lua_rawseti(state, 1, position);
    return 0;
}

static int table_remove(lua_State *state) {
    entrepot_need_table(state, 1);
    entrepot_lua *host = owner(state);
    lua_Integer size = own_length(state, 1);
    lua_Integer position = luaL_optinteger(state, 2, size);
    if (position != size)
        luaL_argcheck(state, position >= 1 && position <= size + 1, 2, "position out of bounds");
    lua_rawgeti(state, 1, position);
    for (; position < size; position++) {
        spend(state, host, 1);
        lua_rawgeti(state, 1, position + 1);
        lua_rawseti(state, 1, position);
    }
    lua_pushnil(state);
    lua_rawseti(state, 1, position);
    return 1;
}

static int table_move(lua_State *state) {
    entrepot_lua *host = owner(state);
    lua_Integer first = luaL_checkinteger(state, 2);
    lua_Integer last = luaL_checkinteger(state, 3);
    lua_Integer to = luaL_checkinteger(state, 4);
    int target = lua_isnoneornil(state, 5) ? 1 : 5;
    luaL_checktype(state, 1, LUA_TTABLE);
    entrepot_need_table(state, target);
    if (last >= first) {
        luaL_argcheck(state, first > 0 || last < LUA_MAXINTEGER + first, 3,
            "too many elements to move");
        lua_Integer count = last - first + 1;
        luaL_argcheck(state, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        int upwards = to > last || to <= first || (target != 1 && !lua_rawequal(state, 1, target));
        for (lua_Integer step = 0; step < count; step++) {
            lua_Integer index = upwards ? step : count - 1 - step;
            spend(state, host, 1);
            lua_rawgeti(state, 1, first + index);
            lua_rawseti(state, target, to + index);
        }
    }
    lua_pushvalue(state, target);
    return 1;
}

static int table_concat(lua_State *state) {
    entrepot_lua *host = owner(state);
    if (!entrepot_is_handle(state, 1)) luaL_checktype(state, 1, LUA_TTABLE);
    size_t separator_length;
    const char *separator = luaL_optlstring(state, 2, "", &separator_length);
    lua_Integer index = luaL_optinteger(state, 3, 1);
    lua_Integer last = lua_isnoneornil(state, 4)
        ? (entrepot_is_handle(state, 1) ? luaL_len(state, 1) : own_length(state, 1))
        : luaL_checkinteger(state, 4);
    size_t base = host->scratch_length;
    for (; index <= last; index++) {
        spend(state, host, 1);
        lua_geti(state, 1, index);
        size_t length;
        if (!lua_isstring(state, -1))
            return luaL_error(state, "invalid value (at index %I) in table for 'concat'",
                (LUAI_UACINT)index);
        const char *bytes = lua_tolstring(state, -1, &length);
        entrepot_scratch_add(state, host, base, bytes, length);
        lua_settop(state, -2);
        if (index == last) break;
        entrepot_scratch_add(state, host, base, separator, separator_length);
    }
    entrepot_scratch_push(state, host, base);
    return 1;
}

static int table_pack(lua_State *state) {
    int count = lua_gettop(state);
    spend(state, owner(state), count);
    lua_createtable(state, count, 1);
    lua_insert(state, 1);
    for (int index = count; index >= 1; index--) lua_rawseti(state, 1, index);
    lua_pushinteger(state, count);
    lua_setfield(state, 1, "n");
    return 1;
}

static int table_unpack(lua_State *state) {
    if (!entrepot_is_handle(state, 1)) luaL_checktype(state, 1, LUA_TTABLE);
    lua_Integer first = luaL_optinteger(state, 2, 1);
    lua_Integer last = lua_isnoneornil(state, 3)
        ? (entrepot_is_handle(state, 1) ? luaL_len(state, 1) : own_length(state, 1))
        : luaL_checkinteger(state, 3);
    if (first > last) return 0;
    lua_Unsigned more = (lua_Unsigned)last - (lua_Unsigned)first;
    if (more >= RESULTS_MAX || !lua_checkstack(state, (int)more + 1))
        return luaL_error(state, "too many results to unpack");
    spend(state, owner(state), (int64_t)more);
    for (lua_Integer index = first; index < last; index++) lua_geti(state, 1, index);
    lua_geti(state, 1, last);
    return (int)more + 1;
}

// --- sort: a stable merge, so that a comparator that lies costs order but nothing else -----------

// Whether `later` must come before `earlier`; both stay on the stack.
static int comes_before(lua_State *state, entrepot_lua *host, int later, int earlier) {
    spend(state, host, 2);
    if (lua_isnil(state, 2)) {
        if (lua_type(state, later) == LUA_TSTRING)
            spend(state, host, (int64_t)(lua_rawlen(state, later) >> 6));
        return lua_compare(state, later, earlier, LUA_OPLT);
    }
    lua_pushvalue(state, 2);
    lua_pushvalue(state, later);
    lua_pushvalue(state, earlier);
    lua_call(state, 2, 1);
    int before = lua_toboolean(state, -1);
    lua_settop(state, -2);
    return before;
}

// Merges [left, middle) and [middle, right) of the table at `from` into the table at `to`.
static void merge(
    lua_State *state, entrepot_lua *host, int from, int to, lua_Integer left, lua_Integer middle,
    lua_Integer right) {
    lua_Integer first = left, second = middle;
    for (lua_Integer at = left; at < right; at++) {
        int take_second = first >= middle;
        if (!take_second && second < right) {
            lua_rawgeti(state, from, first);
            lua_rawgeti(state, from, second);
            int top = lua_gettop(state);
            take_second = comes_before(state, host, top, top - 1);
            lua_settop(state, top - 2);
        }
        spend(state, host, 1);
        lua_rawgeti(state, from, take_second ? second++ : first++);
        lua_rawseti(state, to, at);
    }
}

static int table_sort(lua_State *state) {
    entrepot_lua *host = owner(state);
    entrepot_need_table(state, 1);
    lua_Integer count = own_length(state, 1);
    luaL_argcheck(state, count < INT_MAX / 4, 1, "array too big");
    if (!lua_isnoneornil(state, 2)) luaL_checktype(state, 2, LUA_TFUNCTION);
    lua_settop(state, 2);
    if (count < 2) return 0;
    luaL_checkstack(state, 20, NULL);
    // Sorted in two tables that the comparator cannot reach.
    for (int copy = 3; copy <= 4; copy++) {
        lua_createtable(state, (int)count, 0);
        for (lua_Integer index = 1; index <= count; index++) {
            spend(state, host, 1);
            lua_rawgeti(state, 1, index);
            lua_rawseti(state, copy, index);
        }
    }
    int from = 3, to = 4;
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer left = 1; left <= count; left += 2 * width) {
            lua_Integer middle = left + width <= count ? left + width : count + 1;
            lua_Integer right = middle + width <= count ? middle + width : count + 1;
            merge(state, host, from, to, left, middle, right);
        }
        int swap = from;
        from = to;
        to = swap;
    }
    for (lua_Integer index = 1; index <= count; index++) {
        spend(state, host, 1);
        lua_rawgeti(state, from, index);
        lua_rawseti(state, 1, index);
    }
    return 0;
}

static const luaL_Reg functions[] = {
    {"concat", table_concat}, {"insert", table_insert}, {"move", table_move},
    {"pack", table_pack},     {"remove", table_remove}, {"sort", table_sort},
    {"unpack", table_unpack}, {NULL, NULL},
};

void entrepot_open_table(lua_State *state) {
    luaL_newlibtable(state, functions);
    luaL_setfuncs(state, functions, 0);
    entrepot_publish(state, "table");
}
