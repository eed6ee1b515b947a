// Values whose types only a layout knows, encoded by XDR.
#ifndef JUDGE_VALUES_H
#define JUDGE_VALUES_H

#include "judge/layout.h"

#include <rpc/xdr.h>

// Passes over a value. False if the bytes are none. Whatever they are, it takes
// no more time than there are bytes.
//   from  decodes from memory
bool value_pass(XDR *from, const struct declaration *declaration);

// Encodes an empty value: zeros, and arrays without elements.
bool value_put_empty(XDR *to, const struct declaration *declaration);

#endif
