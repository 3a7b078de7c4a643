// The base library: what a script may do with values, errors and metatables.

#include "host.h"

// --- Locked tables -------------------------------------------------------------------------------
// The standard tables are empty tables whose metatable reads from the real one and refuses writes.
// Everything here that reads or writes without metamethods asks first.

// Pushes the content of a locked table and returns 1, or pushes nothing.
static int push_locked_content(lua_State *state, int index) {
    if (lua_type(state, index) != LUA_TTABLE || !lua_getmetatable(state, index)) return 0;
    lua_rawgetp(state, -1, &owner(state)->lock);
    lua_remove(state, -2);
    if (lua_type(state, -1) == LUA_TTABLE) return 1;
    lua_settop(state, -2);
    return 0;
}

int entrepot_is_locked(lua_State *state, int index) {
    if (!push_locked_content(state, index)) return 0;
    lua_settop(state, -2);
    return 1;
}

void entrepot_need_table(lua_State *state, int index) {
    luaL_checktype(state, index, LUA_TTABLE);
    luaL_argcheck(state, !entrepot_is_locked(state, index), index, "this table is read-only");
}

static int refuse_write(lua_State *state) {
    return luaL_error(state, "this table is read-only");
}

void entrepot_push_locked(lua_State *state) {
    lua_createtable(state, 0, 0);
    lua_createtable(state, 0, 4);
    lua_pushvalue(state, -3);
    lua_rawsetp(state, -2, &owner(state)->lock);
    lua_pushvalue(state, -3);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, refuse_write);
    lua_setfield(state, -2, "__newindex");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
    lua_remove(state, -2);
}

void entrepot_publish(lua_State *state, const char *name) {
    luaL_getsubtable(state, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(state, -2);
    lua_setfield(state, -2, name);
    lua_settop(state, -2);
    entrepot_push_locked(state);
    lua_setglobal(state, name);
}

// --- Errors --------------------------------------------------------------------------------------

static int base_assert(lua_State *state) {
    if (lua_toboolean(state, 1)) return lua_gettop(state);
    luaL_checkany(state, 1);
    lua_remove(state, 1);
    lua_pushliteral(state, "assertion failed!");
    lua_settop(state, 1);  // the message as given, or this one
    return lua_error(state);
}

static int base_error(lua_State *state) {
    int level = (int)luaL_optinteger(state, 2, 1);
    lua_settop(state, 1);
    if (lua_type(state, 1) == LUA_TSTRING && level > 0 && level < 100) {
        luaL_where(state, level);
        lua_pushvalue(state, 1);
        lua_concat(state, 2);
    }
    return lua_error(state);
}

// A kill is raised again, so it cannot be caught.
static int finish_pcall(lua_State *state, entrepot_lua *host, int status, size_t scratch) {
    if (host->killed) return lua_error(state);
    if (status != LUA_OK) host->scratch_length = scratch;
    return status;
}

int entrepot_pcall(lua_State *state) {
    entrepot_lua *host = owner(state);
    spend(state, host, 10);
    luaL_checkany(state, 1);
    lua_pushboolean(state, 1);
    lua_insert(state, 1);
    size_t scratch = host->scratch_length;
    int status = lua_pcallk(state, lua_gettop(state) - 2, LUA_MULTRET, 0, 0, NULL);
    if (finish_pcall(state, host, status, scratch) != LUA_OK) {
        lua_pushboolean(state, 0);
        lua_insert(state, -2);
        return 2;
    }
    return lua_gettop(state);
}

// The handler runs after the stack is unwound, as ordinary code, and its own errors are results.
static int base_xpcall(lua_State *state) {
    entrepot_lua *host = owner(state);
    spend(state, host, 10);
    luaL_checktype(state, 2, LUA_TFUNCTION);
    int arguments = lua_gettop(state) - 2;
    lua_pushboolean(state, 1);
    lua_pushvalue(state, 1);
    lua_rotate(state, 3, 2);  // f handler true f arguments…
    size_t scratch = host->scratch_length;
    int status = lua_pcallk(state, arguments, LUA_MULTRET, 0, 0, NULL);
    if (finish_pcall(state, host, status, scratch) == LUA_OK) return lua_gettop(state) - 2;
    lua_pushvalue(state, 2);
    lua_insert(state, -2);
    status = lua_pcallk(state, 1, LUA_MULTRET, 0, 0, NULL);
    finish_pcall(state, host, status, scratch);
    lua_pushboolean(state, 0);
    lua_replace(state, 3);
    return lua_gettop(state) - 2;
}

// --- Values --------------------------------------------------------------------------------------

static int base_type(lua_State *state) {
    luaL_checkany(state, 1);
    if (entrepot_is_handle(state, 1)) lua_pushliteral(state, "table");
    else lua_pushstring(state, luaL_typename(state, 1));
    return 1;
}

// Never an address: the text of a table or function is its type.
void entrepot_push_text(lua_State *state, int index) {
    index = lua_absindex(state, index);
    luaL_checkstack(state, 6, NULL);
    if (luaL_getmetafield(state, index, "__tostring") != LUA_TNIL) {
        lua_pushvalue(state, index);
        lua_call(state, 1, 1);
        if (lua_type(state, -1) != LUA_TSTRING)
            luaL_error(state, "'__tostring' must return a string");
        return;
    }
    switch (lua_type(state, index)) {
    case LUA_TNUMBER:
        lua_pushvalue(state, index);
        lua_tolstring(state, -1, NULL);
        break;
    case LUA_TSTRING: lua_pushvalue(state, index); break;
    case LUA_TBOOLEAN: lua_pushstring(state, lua_toboolean(state, index) ? "true" : "false"); break;
    case LUA_TNIL: lua_pushliteral(state, "nil"); break;
    case LUA_TUSERDATA:
        lua_pushstring(state, entrepot_is_handle(state, index) ? "table" : "userdata");
        break;
    default: lua_pushstring(state, luaL_typename(state, index)); break;
    }
}

static int base_tostring(lua_State *state) {
    luaL_checkany(state, 1);
    entrepot_push_text(state, 1);
    return 1;
}

static int digit(unsigned char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'z') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'Z') return byte - 'A' + 10;
    return 99;
}

static int is_space(unsigned char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static int base_tonumber(lua_State *state) {
    if (lua_isnoneornil(state, 2)) {
        luaL_checkany(state, 1);
        if (lua_type(state, 1) == LUA_TNUMBER) {
            lua_settop(state, 1);
            return 1;
        }
        size_t length = 0;
        int is_text = lua_type(state, 1) == LUA_TSTRING;
        const char *text = is_text ? lua_tolstring(state, 1, &length) : NULL;
        spend(state, owner(state), (int64_t)(length >> 4));
        if (text && length < 256 && lua_stringtonumber(state, text) == length + 1) return 1;
        lua_pushnil(state);
        return 1;
    }
    lua_Integer base = luaL_checkinteger(state, 2);
    luaL_checktype(state, 1, LUA_TSTRING);
    luaL_argcheck(state, 2 <= base && base <= 36, 2, "base out of range");
    size_t length;
    const unsigned char *text = (const unsigned char *)lua_tolstring(state, 1, &length);
    spend(state, owner(state), (int64_t)(length >> 4));
    size_t at = 0;
    while (at < length && is_space(text[at])) at++;
    int negative = at < length && text[at] == '-';
    if (at < length && (text[at] == '-' || text[at] == '+')) at++;
    lua_Unsigned number = 0;
    size_t first = at;
    for (; at < length && digit(text[at]) < base; at++)
        number = number * (lua_Unsigned)base + (lua_Unsigned)digit(text[at]);
    int digits = at > first;
    while (at < length && is_space(text[at])) at++;
    if (!digits || at < length) lua_pushnil(state);
    else lua_pushinteger(state, (lua_Integer)(negative ? 0u - number : number));
    return 1;
}

static int base_select(lua_State *state) {
    int top = lua_gettop(state);
    if (lua_type(state, 1) == LUA_TSTRING && *lua_tolstring(state, 1, NULL) == '#') {
        lua_pushinteger(state, top - 1);
        return 1;
    }
    lua_Integer index = luaL_checkinteger(state, 1);
    if (index < 0) index = top + index;
    else if (index > top) index = top;
    luaL_argcheck(state, 1 <= index, 1, "index out of range");
    return top - (int)index;
}

static int base_rawequal(lua_State *state) {
    luaL_checkany(state, 1);
    luaL_checkany(state, 2);
    spend(state, owner(state), 1);
    lua_pushboolean(state, lua_rawequal(state, 1, 2));
    return 1;
}

static int base_rawlen(lua_State *state) {
    int type = lua_type(state, 1);
    luaL_argexpected(state, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    lua_pushinteger(state, (lua_Integer)lua_rawlen(state, 1));
    return 1;
}

static int base_rawget(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    luaL_checkany(state, 2);
    lua_settop(state, 2);
    if (push_locked_content(state, 1)) lua_replace(state, 1);
    lua_rawget(state, 1);
    return 1;
}

static int base_rawset(lua_State *state) {
    entrepot_need_table(state, 1);
    luaL_checkany(state, 2);
    luaL_checkany(state, 3);
    luaL_argcheck(state, !lua_isnil(state, 2), 2, "the key is nil");
    lua_settop(state, 3);
    lua_rawset(state, 1);
    return 1;
}

static int base_getmetatable(lua_State *state) {
    luaL_checkany(state, 1);
    if (!lua_getmetatable(state, 1)) {
        lua_pushnil(state);
        return 1;
    }
    luaL_getmetafield(state, 1, "__metatable");
    return 1;
}

// No finalizers (they run where no budget holds) and no weak tables (they show when memory was
// collected). Lua looks for __gc only here, so a field added later does nothing.
static int base_setmetatable(lua_State *state) {
    int type = lua_type(state, 2);
    luaL_checktype(state, 1, LUA_TTABLE);
    luaL_argexpected(state, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(state, 1, "__metatable") != LUA_TNIL)
        return luaL_error(state, "cannot change a protected metatable");
    if (type == LUA_TTABLE) {
        luaL_argcheck(state, !entrepot_is_locked(state, 2), 2, "this table is read-only");
        lua_settop(state, 2);
        static const char *const refused[] = {"__gc", "__mode"};
        for (int index = 0; index < 2; index++) {
            lua_pushstring(state, refused[index]);
            if (lua_rawget(state, 2) != LUA_TNIL)
                return luaL_error(state, "a rule cannot have '%s'", refused[index]);
            lua_settop(state, 2);
        }
    }
    lua_settop(state, 2);
    lua_setmetatable(state, 1);
    return 1;
}

// --- Walking -------------------------------------------------------------------------------------

static int ipairs_step(lua_State *state) {
    lua_Integer index = luaL_checkinteger(state, 2);
    index = (lua_Integer)((lua_Unsigned)index + 1);
    lua_pushinteger(state, index);
    return lua_geti(state, 1, index) == LUA_TNIL ? 1 : 2;
}

static int base_ipairs(lua_State *state) {
    luaL_checkany(state, 1);
    lua_pushcfunction(state, ipairs_step);
    lua_pushvalue(state, 1);
    lua_pushinteger(state, 0);
    return 3;
}

static int base_next(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_settop(state, 2);
    if (push_locked_content(state, 1)) lua_replace(state, 1);
    return entrepot_next(state);
}

static int base_pairs(lua_State *state) {
    luaL_checkany(state, 1);
    lua_settop(state, 1);
    if (entrepot_is_handle(state, 1)) return entrepot_handle_pairs(state);
    if (push_locked_content(state, 1)) {
        lua_replace(state, 1);
        return entrepot_pairs(state);
    }
    if (luaL_getmetafield(state, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(state, 1);
        lua_call(state, 1, 3);
        return 3;
    }
    luaL_checktype(state, 1, LUA_TTABLE);
    return entrepot_pairs(state);
}

// --- print ---------------------------------------------------------------------------------------

static int base_print(lua_State *state) {
    entrepot_lua *host = owner(state);
    spend(state, host, 1000);
    int count = lua_gettop(state);
    size_t base = host->scratch_length;
    for (int index = 1; index <= count; index++) {
        if (index > 1) entrepot_scratch_add(state, host, base, "\t", 1);
        entrepot_push_text(state, index);
        size_t length;
        const char *text = lua_tolstring(state, -1, &length);
        entrepot_scratch_add(state, host, base, text, length);
        lua_settop(state, count);
    }
    lua_settop(state, 0);
    entrepot_scratch_push(state, host, base);
    entrepot_invoke(state, host, ENTREPOT_LUA_PRINT, 0);
    return 0;
}

static const luaL_Reg functions[] = {
    {"assert", base_assert},
    {"error", base_error},
    {"getmetatable", base_getmetatable},
    {"ipairs", base_ipairs},
    {"next", base_next},
    {"pairs", base_pairs},
    {"pcall", entrepot_pcall},
    {"print", base_print},
    {"rawequal", base_rawequal},
    {"rawget", base_rawget},
    {"rawlen", base_rawlen},
    {"rawset", base_rawset},
    {"select", base_select},
    {"setmetatable", base_setmetatable},
    {"tonumber", base_tonumber},
    {"tostring", base_tostring},
    {"type", base_type},
    {"xpcall", base_xpcall},
    {NULL, NULL},
};

void entrepot_open_base(lua_State *state) {
    lua_pushglobaltable(state);
    luaL_setfuncs(state, functions, 0);
    lua_pushvalue(state, -1);
    lua_setfield(state, -2, "_G");
    lua_pushliteral(state, "Lua 5.4");
    lua_setfield(state, -2, "_VERSION");
    lua_settop(state, -2);
}
