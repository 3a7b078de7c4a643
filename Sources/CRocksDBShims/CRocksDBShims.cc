#include "CRocksDBShims.h"
