// The functions, fields and host values of the interface, and the frame that calls Swift.

#include "host.h"

#include <stdlib.h>

// Longest string or message that a host function may return.
enum { TEXT_MAX = ENTREPOT_LUA_STRING_MAX };
enum { METHODS = 32 };

// --- Results, set by Swift ----------------------------------------------------------------------

void entrepot_lua_return_cell(entrepot_lua *host, entrepot_lua_cell cell) { host->result = cell; }

void entrepot_lua_return_host_value(
    entrepot_lua *host, uint8_t tag, uint64_t first, uint64_t second) {
    host->result.kind = ENTREPOT_CELL_HOST_VALUE;
    host->result.tag = tag;
    host->result_value[0] = first;
    host->result_value[1] = second;
}

static void keep_text(entrepot_lua *host, int kind, const void *bytes, size_t length) {
    if (length > TEXT_MAX) length = TEXT_MAX;
    if (length > host->text_capacity) {
        char *block = realloc(host->text, length);
        if (block) {
            host->text = block;
            host->text_capacity = length;
        } else {
            kind = ENTREPOT_RESULT_ERROR;
            length = 0;
        }
    }
    if (length > 0) memcpy(host->text, bytes, length);
    host->text_length = length;
    host->result.kind = (uint8_t)kind;
}

void entrepot_lua_return_string(entrepot_lua *host, const void *bytes, size_t length) {
    keep_text(host, ENTREPOT_CELL_STRING, bytes, length);
}

void entrepot_lua_return_error(entrepot_lua *host, const void *bytes, size_t length) {
    keep_text(host, ENTREPOT_RESULT_ERROR, bytes, length);
}

// --- Calling Swift -------------------------------------------------------------------------------

static int push_result(lua_State *state, entrepot_lua *host) {
    switch (host->result.kind) {
    case ENTREPOT_CELL_FALSE: lua_pushboolean(state, 0); break;
    case ENTREPOT_CELL_TRUE: lua_pushboolean(state, 1); break;
    case ENTREPOT_CELL_INTEGER: lua_pushinteger(state, (lua_Integer)host->result.payload); break;
    case ENTREPOT_CELL_NUMBER: {
        lua_Number number;
        memcpy(&number, &host->result.payload, sizeof number);
        lua_pushnumber(state, number);
        break;
    }
    case ENTREPOT_CELL_STRING: lua_pushlstring(state, host->text, host->text_length); break;
    case ENTREPOT_CELL_HOST_VALUE:
        entrepot_push_host_value(
            state, host, host->result.tag, host->result_value[0], host->result_value[1]);
        break;
    case ENTREPOT_RESULT_CELLS: entrepot_push_cell(state, host, host->result_base, 0); break;
    case ENTREPOT_RESULT_ERROR:
        luaL_where(state, 1);
        lua_pushlstring(state, host->text, host->text_length);
        lua_concat(state, 2);
        return lua_error(state);
    default: lua_pushnil(state);
    }
    return 1;
}

int entrepot_invoke(lua_State *state, entrepot_lua *host, int what, int number) {
    spend(state, host, 5);
    if (host->callback == NULL) {
        if (what == ENTREPOT_LUA_PRINT) return 0;
        return luaL_error(state, "the host cannot be asked here");
    }
    luaL_checkstack(state, LUA_MINSTACK, NULL);
    host->result.kind = ENTREPOT_CELL_NIL;
    host->callback(host->context, host, what, number);
    return push_result(state, host);
}

// --- Functions and fields ------------------------------------------------------------------------

static int call_function(lua_State *state) {
    int number = (int)lua_tointegerx(state, lua_upvalueindex(1), NULL);
    return entrepot_invoke(state, owner(state), ENTREPOT_LUA_FUNCTION, number);
}

// Upvalues: fields by name, name of the table. Reached for what is no function of the table.
static int read_field(lua_State *state) {
    lua_settop(state, 2);
    lua_pushvalue(state, 2);
    if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNUMBER) {
        entrepot_push_text(state, 2);
        return luaL_error(state, "no field '%s' in %s", lua_tolstring(state, -1, NULL),
            lua_tolstring(state, lua_upvalueindex(2), NULL));
    }
    int number = (int)lua_tointegerx(state, -1, NULL);
    lua_settop(state, 0);
    return entrepot_invoke(state, owner(state), ENTREPOT_LUA_FUNCTION, number);
}

// Pushes the table that a path's first part names (creating it), or the globals; returns the rest.
// Stack: 1 contents by name, 2 fields by name.
static const char *push_group(lua_State *state, const char *path, size_t *length, int list) {
    const char *dot = memchr(path, '.', *length);
    if (dot == NULL) {
        lua_pushglobaltable(state);
        return path;
    }
    lua_pushlstring(state, path, (size_t)(dot - path));
    if (lua_rawget(state, list) != LUA_TTABLE) {
        lua_settop(state, -2);
        for (int which = 1; which <= 2; which++) {
            lua_pushlstring(state, path, (size_t)(dot - path));
            lua_createtable(state, 0, 8);
            lua_rawset(state, which);
        }
        lua_pushlstring(state, path, (size_t)(dot - path));
        lua_rawget(state, list);
    }
    *length -= (size_t)(dot + 1 - path);
    return dot + 1;
}

static void add_function(lua_State *state, const char *path, size_t length, int number) {
    const char *name = push_group(state, path, &length, 1);
    lua_pushlstring(state, name, length);
    lua_pushinteger(state, number);
    lua_pushcclosure(state, call_function, 1);
    lua_rawset(state, -3);
    lua_settop(state, -2);
}

static void add_field(lua_State *state, const char *path, size_t length, int number) {
    const char *name = push_group(state, path, &length, 2);
    lua_pushlstring(state, name, length);
    lua_pushinteger(state, number);
    lua_rawset(state, -3);
    lua_settop(state, -2);
}

static void finish_groups(lua_State *state) {
    lua_pushnil(state);
    while (lua_next(state, 1)) {  // 3 name, 4 content
        lua_createtable(state, 0, 1);
        lua_pushvalue(state, 3);
        lua_rawget(state, 2);
        lua_pushvalue(state, 3);
        lua_pushcclosure(state, read_field, 2);
        lua_setfield(state, 5, "__index");
        lua_setmetatable(state, 4);
        entrepot_push_locked(state);
        lua_pushglobaltable(state);
        lua_pushvalue(state, 3);
        lua_pushvalue(state, 4);
        lua_rawset(state, 5);
        lua_settop(state, 3);
    }
}

// --- Host values ---------------------------------------------------------------------------------

// In the order of the operations in Swift.
static const char *const operations[] = {"__add", "__sub", "__mul", "__div", "__mod", "__idiv",
    "__unm", "__lt", "__le", "__eq", "__tostring"};
enum { OPERATIONS = 11, INDEX_OPERATION = 11 };

static int operate(lua_State *state) {
    int number = (int)lua_tointegerx(state, lua_upvalueindex(1), NULL);
    return entrepot_invoke(state, owner(state), ENTREPOT_LUA_OPERATION, number);
}

// Upvalues: the number of the operation, methods by name.
static int value_index(lua_State *state) {
    lua_settop(state, 2);
    lua_pushvalue(state, 2);
    if (lua_rawget(state, lua_upvalueindex(2)) != LUA_TNIL) return 1;
    lua_settop(state, 2);
    return operate(state);
}

static int value_concat(lua_State *state) {
    entrepot_push_text(state, 1);
    entrepot_push_text(state, 2);
    lua_concat(state, 2);
    return 1;
}

static int value_newindex(lua_State *state) {
    return luaL_error(state, "the value is read-only");
}

static void push_operation(lua_State *state, int tag, int operation) {
    lua_pushinteger(state, tag * 256 + operation);
    lua_pushcclosure(state, operate, 1);
}

// "name\tmethod\tmethod…"
static void add_value_type(lua_State *state, entrepot_lua *host, const char *line, size_t length) {
    const char *end = line + length;
    const char *tab = memchr(line, '\t', length);
    int tag = host->tags++;
    lua_rawgeti(state, LUA_REGISTRYINDEX, host->values_ref);
    lua_createtable(state, 0, 20);
    lua_pushlstring(state, line, tab ? (size_t)(tab - line) : length);
    lua_setfield(state, -2, "__name");
    for (int operation = 0; operation < OPERATIONS; operation++) {
        push_operation(state, tag, operation);
        lua_setfield(state, -2, operations[operation]);
    }
    lua_pushinteger(state, tag * 256 + INDEX_OPERATION);
    lua_createtable(state, 0, 4);
    for (int method = 0; tab; method++) {
        const char *name = tab + 1;
        tab = memchr(name, '\t', (size_t)(end - name));
        lua_pushlstring(state, name, tab ? (size_t)(tab - name) : (size_t)(end - name));
        push_operation(state, tag, METHODS + method);
        lua_rawset(state, -3);
    }
    lua_pushcclosure(state, value_index, 2);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, value_concat);
    lua_setfield(state, -2, "__concat");
    lua_pushcfunction(state, value_newindex);
    lua_setfield(state, -2, "__newindex");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_rawseti(state, -2, tag);
    lua_settop(state, -2);
}

// --- Opening -------------------------------------------------------------------------------------

void entrepot_open_interface(lua_State *state, const char *text, size_t length) {
    entrepot_lua *host = owner(state);
    const char *end = text + length;
    int number = 0;
    lua_settop(state, 0);
    lua_createtable(state, 0, 2);
    lua_createtable(state, 0, 2);
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL) stop = end;
        size_t size = stop - text > 2 ? (size_t)(stop - text) - 2 : 0;
        switch (*text) {
        case 'F': add_function(state, text + 2, size, number++); break;
        case 'V': add_field(state, text + 2, size, number++); break;
        case 'T': add_value_type(state, host, text + 2, size); break;
        case 'R': entrepot_record_type(state, host, text + 2, size); break;
        default: break;
        }
        text = stop + 1;
    }
    finish_groups(state);
}

typedef struct {
    const char *text;
    size_t length;
} description;

static int open_all(lua_State *state) {
    description *what = lua_touserdata(state, 1);
    entrepot_open_base(state);
    entrepot_open_string(state);
    entrepot_open_table(state);
    entrepot_open_math(state);
    entrepot_open_utf8(state);
    entrepot_open_records(state);
    entrepot_open_interface(state, what->text, what->length);
    return 0;
}

int entrepot_lua_open(entrepot_lua *host, const char *interface, size_t length) {
    description what = {interface, length};
    lua_pushcclosure(host->state, open_all, 0);
    lua_pushlightuserdata(host->state, &what);
    int status = lua_pcallk(host->state, 1, 0, 0, 0, NULL);
    lua_settop(host->state, 0);
    return status == LUA_OK ? ENTREPOT_LUA_OK : ENTREPOT_LUA_MEMORY;
}
