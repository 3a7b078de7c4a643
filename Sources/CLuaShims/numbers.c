// The math library. Random numbers come from the seed of the call; there is no randomseed.

#include "host.h"

#include <math.h>

static int push_float_as_integer(lua_State *state, lua_Number number) {
    lua_Integer integer;
    if (lua_numbertointeger(number, &integer)) lua_pushinteger(state, integer);
    else lua_pushnumber(state, number);
    return 1;
}

static int math_abs(lua_State *state) {
    if (lua_isinteger(state, 1)) {
        lua_Integer number = lua_tointegerx(state, 1, NULL);
        if (number < 0) number = (lua_Integer)(0u - (lua_Unsigned)number);
        lua_pushinteger(state, number);
    } else {
        lua_pushnumber(state, fabs(luaL_checknumber(state, 1)));
    }
    return 1;
}

static int math_ceil(lua_State *state) {
    if (lua_isinteger(state, 1)) lua_settop(state, 1);
    else push_float_as_integer(state, ceil(luaL_checknumber(state, 1)));
    return 1;
}

static int math_floor(lua_State *state) {
    if (lua_isinteger(state, 1)) lua_settop(state, 1);
    else push_float_as_integer(state, floor(luaL_checknumber(state, 1)));
    return 1;
}

static int math_fmod(lua_State *state) {
    if (lua_isinteger(state, 1) && lua_isinteger(state, 2)) {
        lua_Integer divisor = lua_tointegerx(state, 2, NULL);
        luaL_argcheck(state, divisor != 0, 2, "zero");
        // The smallest integer has no counterpart to be divided into.
        lua_pushinteger(state, divisor == -1 ? 0 : lua_tointegerx(state, 1, NULL) % divisor);
    } else {
        lua_pushnumber(state, fmod(luaL_checknumber(state, 1), luaL_checknumber(state, 2)));
    }
    return 1;
}

static int math_modf(lua_State *state) {
    if (lua_isinteger(state, 1)) {
        lua_settop(state, 1);
        lua_pushnumber(state, 0);
        return 2;
    }
    lua_Number number = luaL_checknumber(state, 1);
    lua_Number whole = number < 0 ? ceil(number) : floor(number);
    push_float_as_integer(state, whole);
    lua_pushnumber(state, number == whole ? 0.0 : number - whole);
    return 2;
}

static int math_tointeger(lua_State *state) {
    int fits = 0;
    lua_Integer number = 0;
    luaL_checkany(state, 1);
    if (lua_type(state, 1) == LUA_TNUMBER) number = lua_tointegerx(state, 1, &fits);
    if (fits) lua_pushinteger(state, number);
    else lua_pushnil(state);
    return 1;
}

static int math_type(lua_State *state) {
    luaL_checkany(state, 1);
    if (lua_type(state, 1) != LUA_TNUMBER) lua_pushnil(state);
    else lua_pushstring(state, lua_isinteger(state, 1) ? "integer" : "float");
    return 1;
}

static int math_ult(lua_State *state) {
    lua_Integer left = luaL_checkinteger(state, 1), right = luaL_checkinteger(state, 2);
    lua_pushboolean(state, (lua_Unsigned)left < (lua_Unsigned)right);
    return 1;
}

static int extreme(lua_State *state, int highest) {
    int count = lua_gettop(state);
    luaL_argcheck(state, count >= 1, 1, "number expected");
    spend(state, owner(state), count);
    int best = 1;
    for (int index = 1; index <= count; index++) {
        luaL_checknumber(state, index);
        int less = lua_compare(state, highest ? best : index, highest ? index : best, LUA_OPLT);
        if (less) best = index;
    }
    lua_pushvalue(state, best);
    return 1;
}

static int math_max(lua_State *state) { return extreme(state, 1); }
static int math_min(lua_State *state) { return extreme(state, 0); }

// splitmix64: the whole state is one number, so a seed is all there is to record.
static uint64_t draw(entrepot_lua *host) {
    uint64_t number = host->random += 0x9e3779b97f4a7c15u;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

static int math_random(lua_State *state) {
    entrepot_lua *host = owner(state);
    lua_Integer low = 1, high;
    switch (lua_gettop(state)) {
    case 0: lua_pushnumber(state, (lua_Number)(draw(host) >> 11) * 0x1p-53); return 1;
    case 1: high = luaL_checkinteger(state, 1); break;
    default:
        low = luaL_checkinteger(state, 1);
        high = luaL_checkinteger(state, 2);
    }
    luaL_argcheck(state, low <= high, lua_gettop(state), "interval is empty");
    // The high half of a 128-bit product: even enough for any interval, and never a loop.
    lua_Unsigned range = (lua_Unsigned)high - (lua_Unsigned)low + 1;
    uint64_t number = draw(host);
    if (range != 0) number = (uint64_t)(((unsigned __int128)number * range) >> 64);
    lua_pushinteger(state, (lua_Integer)((lua_Unsigned)low + number));
    return 1;
}

static int math_log(lua_State *state) {
    lua_Number number = luaL_checknumber(state, 1);
    if (lua_isnoneornil(state, 2)) {
        lua_pushnumber(state, log(number));
        return 1;
    }
    lua_Number base = luaL_checknumber(state, 2);
    lua_pushnumber(state,
        base == 2 ? log2(number) : base == 10 ? log10(number) : log(number) / log(base));
    return 1;
}

static int math_exp(lua_State *state) {
    lua_pushnumber(state, exp(luaL_checknumber(state, 1)));
    return 1;
}

static int math_sqrt(lua_State *state) {
    lua_pushnumber(state, sqrt(luaL_checknumber(state, 1)));
    return 1;
}

static int math_sin(lua_State *state) {
    lua_pushnumber(state, sin(luaL_checknumber(state, 1)));
    return 1;
}

static int math_cos(lua_State *state) {
    lua_pushnumber(state, cos(luaL_checknumber(state, 1)));
    return 1;
}

static const luaL_Reg functions[] = {
    {"abs", math_abs},   {"ceil", math_ceil},           {"cos", math_cos},
    {"exp", math_exp},   {"floor", math_floor},         {"fmod", math_fmod},
    {"log", math_log},   {"max", math_max},             {"min", math_min},
    {"modf", math_modf}, {"random", math_random},       {"sin", math_sin},
    {"sqrt", math_sqrt}, {"tointeger", math_tointeger}, {"type", math_type},
    {"ult", math_ult},   {NULL, NULL},
};

void entrepot_open_math(lua_State *state) {
    luaL_newlibtable(state, functions);
    luaL_setfuncs(state, functions, 0);
    lua_pushnumber(state, 3.141592653589793);
    lua_setfield(state, -2, "pi");
    lua_pushnumber(state, (lua_Number)INFINITY);
    lua_setfield(state, -2, "huge");
    lua_pushinteger(state, LUA_MAXINTEGER);
    lua_setfield(state, -2, "maxinteger");
    lua_pushinteger(state, LUA_MININTEGER);
    lua_setfield(state, -2, "mininteger");
    entrepot_publish(state, "math");
}
