// Read-only values of the host: records, lists and maps, read in place from the arena of the call,
// and host values of 16 bytes.
//
// A handle carries the generation of its call, so one that a script kept raises afterwards and
// never reads bytes of another call. Every full userdata of a state begins with one of two marks.

#include "host.h"

#include <stdlib.h>

enum { HANDLE = 0x656c6d68, VALUE = 0x656c6d76 };
// Bytes of all arguments and records of one call.
enum { ARENA_MAX = 8 << 20 };
// Keys of the list of metatables; record types count from 1. Keys inside a record's metatable.
enum { LIST_TYPE = 0, MAP_TYPE = -1, SORTED_NAMES = 1, FIELD_PLACES = 2 };

typedef struct {
    uint32_t mark;
    uint8_t kind;
    uint32_t length;
    int32_t type;
    uint64_t generation;
    size_t base;   // of its buffer in the arena
    size_t cells;  // of its first cell in the arena
} handle;

typedef struct {
    uint32_t mark;
    uint32_t tag;
    uint64_t payload[2];
} host_value;

static uint8_t *arena_room(entrepot_lua *host, size_t length) {
    length = (length + 15) & ~(size_t)15;
    if (length > ARENA_MAX - host->arena_length) return NULL;
    size_t needed = host->arena_length + length;
    if (needed > host->arena_capacity) {
        size_t capacity = host->arena_capacity ? host->arena_capacity : 4096;
        while (capacity < needed) capacity *= 2;
        uint8_t *block = realloc(host->arena, capacity);
        if (block == NULL) return NULL;
        host->arena = block;
        host->arena_capacity = capacity;
    }
    uint8_t *place = host->arena + host->arena_length;
    host->arena_length = needed;
    return place;
}

size_t entrepot_arena_add(lua_State *state, entrepot_lua *host, const void *cells, size_t length) {
    size_t base = host->arena_length;
    uint8_t *place = arena_room(host, length);
    if (place == NULL) luaL_error(state, "the call was given too much to read");
    else memcpy(place, cells, length);
    return base;
}

// --- Pushing -------------------------------------------------------------------------------------

static void set_metatable(lua_State *state, int list, int key) {
    lua_rawgeti(state, LUA_REGISTRYINDEX, list);
    lua_rawgeti(state, -1, key);
    lua_remove(state, -2);
    lua_setmetatable(state, -2);
}

void entrepot_push_host_value(
    lua_State *state, entrepot_lua *host, int tag, uint64_t first, uint64_t second) {
    if (tag < 0 || tag >= host->tags) {
        lua_pushnil(state);
        return;
    }
    host_value *value = lua_newuserdatauv(state, sizeof *value, 0);
    value->mark = VALUE;
    value->tag = (uint32_t)tag;
    value->payload[0] = first;
    value->payload[1] = second;
    set_metatable(state, host->values_ref, tag);
}

static void push_handle(
    lua_State *state, entrepot_lua *host, const entrepot_lua_cell *cell, size_t base) {
    int type = cell->kind == ENTREPOT_CELL_LIST ? LIST_TYPE : MAP_TYPE;
    if (cell->kind == ENTREPOT_CELL_RECORD) type = (int)cell->length;
    handle *made = lua_newuserdatauv(state, sizeof *made, 0);
    made->mark = HANDLE;
    made->kind = cell->kind;
    made->length = cell->length;
    made->type = type;
    made->generation = host->generation;
    made->base = base;
    made->cells = base + cell->payload;
    set_metatable(state, host->records_ref, type);
}

// A place in the arena, checked: the buffer is trusted, its writer may still have a fault.
static const uint8_t *place_at(lua_State *state, entrepot_lua *host, size_t offset, size_t length) {
    if (offset > host->arena_length || length > host->arena_length - offset)
        luaL_error(state, "a record ends early");
    return host->arena + offset;
}

void entrepot_push_cell(lua_State *state, entrepot_lua *host, size_t base, size_t offset) {
    // Copied: the arena may move.
    entrepot_lua_cell cell =
        *(const entrepot_lua_cell *)place_at(state, host, base + offset, sizeof cell);
    switch (cell.kind) {
    case ENTREPOT_CELL_FALSE: lua_pushboolean(state, 0); break;
    case ENTREPOT_CELL_TRUE: lua_pushboolean(state, 1); break;
    case ENTREPOT_CELL_INTEGER: lua_pushinteger(state, (lua_Integer)cell.payload); break;
    case ENTREPOT_CELL_NUMBER: {
        lua_Number number;
        memcpy(&number, &cell.payload, sizeof number);
        lua_pushnumber(state, number);
        break;
    }
    case ENTREPOT_CELL_STRING:
        lua_pushlstring(state,
            (const char *)place_at(state, host, base + cell.payload, cell.length), cell.length);
        break;
    case ENTREPOT_CELL_HOST_VALUE: {
        uint64_t words[2];
        memcpy(words, place_at(state, host, base + cell.payload, 16), 16);
        entrepot_push_host_value(state, host, cell.tag, words[0], words[1]);
        break;
    }
    case ENTREPOT_CELL_RECORD:
        if (cell.length < 1 || cell.length > (uint32_t)host->record_types)
            luaL_error(state, "a record of no known type");
        push_handle(state, host, &cell, base);
        break;
    case ENTREPOT_CELL_LIST:
    case ENTREPOT_CELL_MAP: push_handle(state, host, &cell, base); break;
    default: lua_pushnil(state);
    }
}

// --- Asking --------------------------------------------------------------------------------------

static handle *to_handle(lua_State *state, int index) {
    if (lua_type(state, index) != LUA_TUSERDATA) return NULL;
    handle *found = lua_touserdata(state, index);
    return found->mark == HANDLE ? found : NULL;
}

int entrepot_is_handle(lua_State *state, int index) { return to_handle(state, index) != NULL; }

int entrepot_lua_is_record(entrepot_lua *host, int index) {
    return to_handle(host->state, index) != NULL;
}

const void *entrepot_lua_host_value(entrepot_lua *host, int index, uint8_t *tag) {
    if (lua_type(host->state, index) != LUA_TUSERDATA) return NULL;
    host_value *found = lua_touserdata(host->state, index);
    if (found->mark != VALUE) return NULL;
    *tag = (uint8_t)found->tag;
    return found->payload;
}

static const char *type_name(lua_State *state, int index) {
    const char *name = "value";
    if (luaL_getmetafield(state, index, "__name") != LUA_TNIL) {
        name = lua_tolstring(state, -1, NULL);  // the metatable keeps it
        lua_settop(state, -2);
    }
    return name;
}

static const char *article(const char *name) { return strchr("aeiou", name[0]) ? "an" : "a"; }

// The handle at 1, of this call.
static handle *live_handle(lua_State *state, entrepot_lua *host) {
    handle *found = to_handle(state, 1);
    if (found == NULL) luaL_error(state, "not a record");
    else if (found->generation != host->generation) {
        const char *name = type_name(state, 1);
        luaL_error(state, "%s %s was kept after its call", article(name), name);
    }
    return found;
}

// --- Metamethods ---------------------------------------------------------------------------------

// Upvalue: field names to places.
static int record_index(lua_State *state) {
    entrepot_lua *host = owner(state);
    handle *record = live_handle(state, host);
    lua_settop(state, 2);
    lua_pushvalue(state, 2);
    if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNUMBER) {
        const char *name = type_name(state, 1);
        entrepot_push_text(state, 2);
        return luaL_error(state, "no field '%s' in %s %s", lua_tolstring(state, -1, NULL),
            article(name), name);
    }
    size_t place = (size_t)lua_tointegerx(state, -1, NULL);
    entrepot_push_cell(state, host, record->base,
        record->cells - record->base + place * sizeof(entrepot_lua_cell));
    return 1;
}

static int list_index(lua_State *state) {
    entrepot_lua *host = owner(state);
    handle *list = live_handle(state, host);
    int is_integer = 0;
    lua_Integer place = 0;
    if (lua_type(state, 2) == LUA_TNUMBER) place = lua_tointegerx(state, 2, &is_integer);
    if (lua_type(state, 2) == LUA_TSTRING)
        return luaL_error(state, "no field '%s' in a list", lua_tolstring(state, 2, NULL));
    if (!is_integer || place < 1 || place > (lua_Integer)list->length) lua_pushnil(state);
    else entrepot_push_cell(state, host, list->base,
        list->cells - list->base + (size_t)(place - 1) * sizeof(entrepot_lua_cell));
    return 1;
}

static int map_index(lua_State *state) {
    entrepot_lua *host = owner(state);
    handle *map = live_handle(state, host);
    size_t length = 0;
    const char *key = lua_type(state, 2) == LUA_TSTRING ? lua_tolstring(state, 2, &length) : NULL;
    spend(state, host, map->length / 4);
    for (uint32_t index = 0; key && index < map->length; index++) {
        size_t offset = map->cells + (size_t)index * 2 * sizeof(entrepot_lua_cell);
        entrepot_lua_cell cell =
            *(const entrepot_lua_cell *)place_at(state, host, offset, sizeof cell);
        if (cell.kind != ENTREPOT_CELL_STRING || cell.length != length) continue;
        const uint8_t *bytes = place_at(state, host, map->base + cell.payload, length);
        if (memcmp(bytes, key, length) != 0) continue;
        entrepot_push_cell(state, host, map->base, offset + sizeof cell - map->base);
        return 1;
    }
    lua_pushnil(state);
    return 1;
}

static int handle_newindex(lua_State *state) {
    const char *name = type_name(state, 1);
    return luaL_error(state, "%s %s is read-only", article(name), name);
}

static int handle_len(lua_State *state) {
    handle *list = live_handle(state, owner(state));
    if (list->kind == ENTREPOT_CELL_RECORD) return luaL_error(state, "a record has no length");
    lua_pushinteger(state, list->length);
    return 1;
}

static int handle_eq(lua_State *state) {
    handle *left = to_handle(state, 1), *right = to_handle(state, 2);
    lua_pushboolean(state, left && right && left->generation == right->generation
        && left->cells == right->cells && left->kind == right->kind);
    return 1;
}

// Upvalues: the handle, how many entries were given.
static int handle_step(lua_State *state) {
    entrepot_lua *host = owner(state);
    lua_settop(state, 0);
    lua_pushvalue(state, lua_upvalueindex(1));
    handle *from = live_handle(state, host);
    lua_Integer place = lua_tointegerx(state, lua_upvalueindex(2), NULL);
    lua_getmetatable(state, 1);
    if (from->kind == ENTREPOT_CELL_RECORD) lua_rawgeti(state, 2, SORTED_NAMES);
    else lua_pushnil(state);
    for (;;) {
        spend(state, host, 1);
        lua_settop(state, 3);
        size_t offset = from->cells - from->base;
        if (from->kind == ENTREPOT_CELL_RECORD) {
            if (lua_rawgeti(state, 3, ++place) == LUA_TNIL) return 1;
            lua_rawgeti(state, 2, FIELD_PLACES);
            lua_pushvalue(state, 4);
            lua_rawget(state, 5);
            offset += (size_t)lua_tointegerx(state, -1, NULL) * sizeof(entrepot_lua_cell);
            lua_settop(state, 4);
        } else if (place >= (lua_Integer)from->length) {
            lua_pushnil(state);
            return 1;
        } else if (from->kind == ENTREPOT_CELL_LIST) {
            offset += (size_t)place++ * sizeof(entrepot_lua_cell);
            lua_pushinteger(state, place);
        } else {
            offset += (size_t)place++ * 2 * sizeof(entrepot_lua_cell);
            entrepot_push_cell(state, host, from->base, offset);
            offset += sizeof(entrepot_lua_cell);
        }
        entrepot_push_cell(state, host, from->base, offset);
        if (!lua_isnil(state, -1)) break;
    }
    lua_pushinteger(state, place);
    lua_replace(state, lua_upvalueindex(2));
    return 2;
}

int entrepot_handle_pairs(lua_State *state) {
    live_handle(state, owner(state));
    lua_pushvalue(state, 1);
    lua_pushinteger(state, 0);
    lua_pushcclosure(state, handle_step, 2);
    lua_pushvalue(state, 1);
    lua_pushnil(state);
    return 3;
}

// --- Types ---------------------------------------------------------------------------------------

static void begin_type(
    lua_State *state, const char *name, size_t length, lua_CFunction index, int upvalues) {
    // Under the new metatable: the upvalues of __index.
    lua_createtable(state, 2, 8);
    lua_insert(state, -1 - upvalues);
    lua_pushcclosure(state, index, upvalues);
    lua_setfield(state, -2, "__index");
    lua_pushlstring(state, name, length);
    lua_setfield(state, -2, "__name");
    lua_pushcfunction(state, handle_newindex);
    lua_setfield(state, -2, "__newindex");
    lua_pushcfunction(state, handle_len);
    lua_setfield(state, -2, "__len");
    lua_pushcfunction(state, handle_eq);
    lua_setfield(state, -2, "__eq");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
}

static void keep_type(lua_State *state, entrepot_lua *host, int key) {
    lua_rawgeti(state, LUA_REGISTRYINDEX, host->records_ref);
    lua_insert(state, -2);
    lua_rawseti(state, -2, key);
    lua_settop(state, -2);
}

// Inserts the string on top of the stack into the sorted list below it.
static void insert_sorted(lua_State *state) {
    lua_Integer place = (lua_Integer)lua_rawlen(state, -2);
    for (; place > 0; place--) {
        lua_rawgeti(state, -2, place);
        int done = strcmp(lua_tolstring(state, -1, NULL), lua_tolstring(state, -2, NULL)) < 0;
        if (done) {
            lua_settop(state, -2);
            break;
        }
        lua_rawseti(state, -3, place + 1);
    }
    lua_rawseti(state, -2, place + 1);
}

// "name\tfield\tfield…"
void entrepot_record_type(lua_State *state, entrepot_lua *host, const char *line, size_t length) {
    const char *end = line + length;
    const char *tab = memchr(line, '\t', length);
    size_t name_length = tab ? (size_t)(tab - line) : length;
    lua_createtable(state, 0, 16);  // places
    lua_createtable(state, 16, 0);  // names
    for (int place = 0; tab; place++) {
        const char *field = tab + 1;
        tab = memchr(field, '\t', (size_t)(end - field));
        lua_pushlstring(state, field, tab ? (size_t)(tab - field) : (size_t)(end - field));
        lua_pushvalue(state, -1);
        lua_pushinteger(state, place);
        lua_rawset(state, -5);
        insert_sorted(state);
    }
    lua_pushvalue(state, -2);
    begin_type(state, line, name_length, record_index, 1);
    lua_insert(state, -3);  // metatable places names
    lua_rawseti(state, -3, SORTED_NAMES);
    lua_rawseti(state, -2, FIELD_PLACES);
    keep_type(state, host, ++host->record_types);
}

void entrepot_open_records(lua_State *state) {
    entrepot_lua *host = owner(state);
    lua_createtable(state, 8, 2);
    host->records_ref = luaL_ref(state, LUA_REGISTRYINDEX);
    lua_createtable(state, 2, 1);
    host->values_ref = luaL_ref(state, LUA_REGISTRYINDEX);
    begin_type(state, "list", 4, list_index, 0);
    keep_type(state, host, LIST_TYPE);
    begin_type(state, "map", 3, map_index, 0);
    keep_type(state, host, MAP_TYPE);
}

// --- Results of host functions -------------------------------------------------------------------

void entrepot_lua_return_cells(entrepot_lua *host, const void *cells, size_t length) {
    size_t base = host->arena_length;
    uint8_t *place = length < sizeof(entrepot_lua_cell) ? NULL : arena_room(host, length);
    if (place == NULL) {
        static const char message[] = "too much was read in one call";
        entrepot_lua_return_error(host, message, sizeof message - 1);
        return;
    }
    memcpy(place, cells, length);
    host->result.kind = ENTREPOT_RESULT_CELLS;
    host->result_base = base;
}
