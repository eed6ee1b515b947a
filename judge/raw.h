// The codec of a message whose layout is not known: it is its bytes.
#ifndef JUDGE_RAW_H
#define JUDGE_RAW_H

#include "rt/bytes.h"

#include <rpc/xdr.h>

bool_t raw_xdr(XDR *xdrs, struct bytes *message);

#endif
