-- hook: load
-- ends: refused
return setmetatable({}, { __index = function() while true do end end })
