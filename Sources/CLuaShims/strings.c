// The string library without patterns and format. Every byte made is counted; letters are ASCII.

#include "host.h"

enum { RESULTS_MAX = 8000 };

// A position counted from 1, or from the end if negative; 0 means before the string.
size_t entrepot_position(lua_Integer position, size_t length) {
    if (position >= 0) return (size_t)position;
    if (0u - (size_t)position > length) return 0;
    return length + (size_t)position + 1;
}

static int string_len(lua_State *state) {
    size_t length;
    luaL_checklstring(state, 1, &length);
    lua_pushinteger(state, (lua_Integer)length);
    return 1;
}

// [first, last] of 1-based positions, cut to the string.
static void range(
    lua_State *state, size_t length, lua_Integer last_default, size_t *first, size_t *last) {
    size_t start = entrepot_position(luaL_optinteger(state, 2, 1), length);
    lua_Integer end = luaL_optinteger(state, 3, last_default);
    *first = start < 1 ? 1 : start;
    *last = entrepot_position(end, length);
    if (*last > length) *last = length;
}

static int string_sub(lua_State *state) {
    size_t length, first, last;
    const char *bytes = luaL_checklstring(state, 1, &length);
    range(state, length, -1, &first, &last);
    if (first > last) lua_pushliteral(state, "");
    else lua_pushlstring(state, bytes + first - 1, last - first + 1);
    return 1;
}

static int string_byte(lua_State *state) {
    size_t length, first, last;
    const char *bytes = luaL_checklstring(state, 1, &length);
    range(state, length, luaL_optinteger(state, 2, 1), &first, &last);
    if (first > last) return 0;
    if (last - first >= RESULTS_MAX) return luaL_error(state, "string slice too long");
    int count = (int)(last - first) + 1;
    spend(state, owner(state), count);
    luaL_checkstack(state, count, "string slice too long");
    for (int index = 0; index < count; index++)
        lua_pushinteger(state, (unsigned char)bytes[first - 1 + (size_t)index]);
    return count;
}

static int string_char(lua_State *state) {
    entrepot_lua *host = owner(state);
    int count = lua_gettop(state);
    size_t base = host->scratch_length;
    spend(state, host, count);
    for (int index = 1; index <= count; index++) {
        lua_Unsigned code = (lua_Unsigned)luaL_checkinteger(state, index);
        luaL_argcheck(state, code <= 255, index, "value out of range");
        char byte = (char)code;
        entrepot_scratch_add(state, host, base, &byte, 1);
    }
    entrepot_scratch_push(state, host, base);
    return 1;
}

static int change(lua_State *state, char low, char high, int by) {
    entrepot_lua *host = owner(state);
    size_t length;
    const char *bytes = luaL_checklstring(state, 1, &length);
    size_t base = host->scratch_length;
    spend(state, host, (int64_t)(length >> 4));
    entrepot_scratch_add(state, host, base, bytes, length);
    char *made = (char *)host->scratch + base;
    for (size_t index = 0; index < length; index++)
        if (made[index] >= low && made[index] <= high) made[index] = (char)(made[index] + by);
    entrepot_scratch_push(state, host, base);
    return 1;
}

static int string_lower(lua_State *state) { return change(state, 'A', 'Z', 32); }
static int string_upper(lua_State *state) { return change(state, 'a', 'z', -32); }

static int string_reverse(lua_State *state) {
    entrepot_lua *host = owner(state);
    size_t length;
    const char *bytes = luaL_checklstring(state, 1, &length);
    size_t base = host->scratch_length;
    spend(state, host, (int64_t)(length >> 4));
    entrepot_scratch_fill(state, host, base, 0, length);
    char *made = (char *)host->scratch + base;
    for (size_t index = 0; index < length; index++) made[index] = bytes[length - 1 - index];
    entrepot_scratch_push(state, host, base);
    return 1;
}

static int string_rep(lua_State *state) {
    entrepot_lua *host = owner(state);
    size_t length, separator_length;
    const char *bytes = luaL_checklstring(state, 1, &length);
    lua_Integer count = luaL_checkinteger(state, 2);
    const char *separator = luaL_optlstring(state, 3, "", &separator_length);
    // Nothing, however often, is nothing.
    if (count <= 0 || length + separator_length == 0) {
        lua_pushliteral(state, "");
        return 1;
    }
    size_t times = (size_t)count;
    if (count > ENTREPOT_LUA_STRING_MAX + 1
        || length * times + separator_length * (times - 1) > ENTREPOT_LUA_STRING_MAX)
        return luaL_error(state, "the string gets longer than %d bytes", ENTREPOT_LUA_STRING_MAX);
    size_t base = host->scratch_length;
    if (length == 1 && separator_length == 0) {
        entrepot_scratch_fill(state, host, base, bytes[0], (size_t)count);
        count = 0;
    }
    for (lua_Integer index = 0; index < count; index++) {
        if (index > 0) entrepot_scratch_add(state, host, base, separator, separator_length);
        entrepot_scratch_add(state, host, base, bytes, length);
        spend(state, host, index & 1);
    }
    entrepot_scratch_push(state, host, base);
    return 1;
}

static const luaL_Reg functions[] = {
    {"byte", string_byte},   {"char", string_char},       {"format", entrepot_format},
    {"len", string_len},     {"lower", string_lower},     {"rep", string_rep},
    {"sub", string_sub},     {"reverse", string_reverse}, {"upper", string_upper},
    {NULL, NULL},
};

void entrepot_open_string(lua_State *state) {
    luaL_newlibtable(state, functions);
    luaL_setfuncs(state, functions, 0);
    entrepot_open_patterns(state);
    // The metatable of all strings: methods, and nothing that a script can reach or change.
    lua_pushliteral(state, "");
    lua_createtable(state, 0, 2);
    lua_pushvalue(state, -3);
    lua_setfield(state, -2, "__index");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
    lua_settop(state, -2);
    entrepot_publish(state, "string");
}
